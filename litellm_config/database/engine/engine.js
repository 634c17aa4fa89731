// Prisma's query engine, loaded as WebAssembly: https://github.com/prisma/prisma-engines/tree/main/query-engine
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { describeErrors, transactionFailure, userFacing } from "./errors.js";
import { log } from "./log.js";
import { rawRows, untag } from "./results.js";
import { Translation } from "./translation.js";

const require = createRequire(import.meta.url);
const RUNTIME = "@prisma/client/runtime/query_engine_bg.postgresql";
const NO_TRACE = "{}";
const LATE = Symbol("late");
const DEFAULT_MAX_WAIT = 2000;
const NOT_STARTED = {
  error_code: "P2028",
  message: "Transaction API error: Unable to start a transaction in the given time.",
};

function load() {
  const bindings = require(`${RUNTIME}.js`);
  const module = new WebAssembly.Module(readFileSync(require.resolve(`${RUNTIME}.wasm`)));
  const instance = new WebAssembly.Instance(module, { "./query_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return bindings.QueryEngine;
}

export class Engine {
  #native;
  #database;
  #translation;

  static async start(schema, database) {
    const QueryEngine = load();
    const settings = {
      datamodel: schema.datamodel,
      configDir: ".",
      env: {},
      datasourceOverrides: {},
      ignoreEnvVarErrors: true,
      engineProtocol: "json",
      enableTracing: false,
      logLevel: "error",
      logQueries: false,
    };
    const native = new QueryEngine(settings, () => {}, database.bind());
    await native.connect(NO_TRACE);
    return new Engine(native, database, new Translation(schema));
  }

  constructor(native, database, translation) {
    this.#native = native;
    this.#database = database;
    this.#translation = translation;
  }

  /** Answers one request of prisma-client-py: a query, or a batch in one transaction. */
  async query(request, transactionId) {
    if (request.batch) return this.#batch(request, transactionId);
    const translated = this.#translation.translate(request.query);
    const response = await this.#run(translated.operation, transactionId);
    return this.#answer(response, translated);
  }

  async #batch({ batch, transaction }, transactionId) {
    const translated = batch.map(({ query }) => this.#translation.translate(query));
    const operations = translated.map(({ operation }) => operation);
    const request = { batch: operations, transaction: transaction ? {} : undefined };
    const response = await this.#run(request, transactionId);
    if (response.errors) return this.#answer(response, { operation: { action: "batch" } });
    return { batchResult: response.batchResult.map((result, index) => this.#answer(result, translated[index])) };
  }

  async #run(request, transactionId) {
    return JSON.parse(await this.#call("query", JSON.stringify(request), NO_TRACE, transactionId));
  }

  #answer(response, { answer, operation }) {
    if (response.errors) return { errors: describeErrors(response.errors, operation, this.#database.failures) };
    const [result] = Object.values(response.data);
    return { data: { [answer]: operation.action === "queryRaw" ? rawRows(result) : untag(result) } };
  }

  /** The engine itself waits for a connection as long as the pool does, so how long is watched here. */
  async startTransaction(options) {
    const start = this.#transaction("startTransaction", options);
    const patience = AbortSignal.timeout(JSON.parse(options).max_wait ?? DEFAULT_MAX_WAIT);
    const late = once(patience, "abort").then(() => LATE);
    const started = await Promise.race([start, late]);
    if (started !== LATE) return started;
    start.then(({ id }) => id && this.rollback(id)).catch((error) => log("transaction.lost", { kind: error.name }));
    return { errors: [userFacing(NOT_STARTED)] };
  }

  commit(id) {
    return this.#transaction("commitTransaction", id);
  }

  rollback(id) {
    return this.#transaction("rollbackTransaction", id);
  }

  async #transaction(step, argument) {
    const response = JSON.parse(await this.#call(step, argument, NO_TRACE));
    return response.error_code === undefined ? response : transactionFailure(response, step, this.#database.failures);
  }

  async #call(method, ...values) {
    try {
      return await this.#native[method](...values);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        // The engine's memory is in an unknown state; LiteLLM starts another when this one is gone.
        log("engine.crashed", { method, reason: error.message });
        process.exit(1);
      }
      throw error;
    }
  }

  async stop() {
    await this.#native.disconnect(NO_TRACE);
    await this.#database.close();
  }
}
