// What went wrong, in words that say what to do. The server's own words come first; these are for what is only known by
// its code, as after a reload.

const WORDS = {
  model_not_found: "This model is no longer offered. Choose another one.",
  model_unavailable: "This model can’t answer right now. Choose another one, or try again later.",
  rate_limited: "Too many questions in a short time. Wait a moment, then try again.",
  budget_exceeded: "Your budget is used up. It fills up again with its next period; your usage page says when.",
  context_too_long: "This is more than the model can read at once. Shorten the question, or choose a model with a larger context.",
  timeout: "The model did not answer in time. Try again, or choose another one.",
  upstream_failed: "The model could not answer. Try again, or choose another one.",
  gateway_unavailable: "The gateway does not answer right now. Try again in a moment.",
  content_refused: "The provider of this model refused the question. Ask in other words, or choose another model.",
};

// For these the same model is of no help.
const NEEDS_ANOTHER_MODEL = new Set(["model_not_found", "model_unavailable", "context_too_long", "content_refused"]);
const NEEDS_MORE_THAN_A_RETRY = new Set(["model_not_found", "budget_exceeded", "context_too_long", "content_refused"]);

export function explain(message) {
  const { code = message.error_code, text, retryable } = message.error ?? {};
  return {
    text: text || WORDS[code] || "The answer could not be written. Try again.",
    canRetry: retryable ?? !NEEDS_MORE_THAN_A_RETRY.has(code),
    wantsAnotherModel: NEEDS_ANOTHER_MODEL.has(code),
    retryAt: message.error?.retryAt ?? null,
  };
}
