// Errors in the shape of the native engine: prisma-client-py picks its exception by user_facing_error.error_code.
import { log } from "./log.js";

const FROM_CONNECTION = "P2036";
// What a caller may run into on purpose, such as a name that is taken, is not worth a line; a full pool is.
const EXPECTED = /^P2(?!024)/;

export function describeErrors(errors, { action, modelName = "" }, failures) {
  return errors.map((error) => {
    const described = describe(error, failures);
    const { error_code } = described.user_facing_error;
    if (!EXPECTED.test(error_code)) log("query.failed", { action, model: modelName, code: error_code ?? "none" });
    return described;
  });
}

function describe(error, failures) {
  const { user_facing_error } = error;
  if (user_facing_error?.error_code !== FROM_CONNECTION) return error;
  return userFacing(failures.describe(user_facing_error.meta.id));
}

export function transactionFailure(failure, step, failures) {
  const described = describe({ error: transactionText(failure), user_facing_error: failure }, failures);
  log("transaction.failed", { step, code: described.user_facing_error.error_code });
  return { errors: [described] };
}

// prisma-client-py tells an expired transaction by the beginning of this text.
const transactionText = ({ message }) => message.replace(/^Transaction API error: /, "");

export function userFacing({ error_code, message, meta = {} }) {
  return { error: message, user_facing_error: { is_panic: false, message, meta, error_code } };
}
