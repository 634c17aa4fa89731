// The pool of connections to Postgres, in the form in which the WebAssembly engine wants to be given it.
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

import { readConnectionUrl } from "./connection_url.js";
import { ConnectionFailures } from "./connection_failures.js";
import { connectionClass, prepareSession } from "./connection.js";
import { log } from "./log.js";
import { Transaction } from "./transaction.js";

export class Database {
  #pool;
  #adapter;

  constructor(url) {
    const settings = readConnectionUrl(url);
    this.failures = new ConnectionFailures(settings.pool);
    this.#pool = new pg.Pool({
      ...settings.pool,
      Client: connectionClass(settings.connectTimeout),
      onConnect: (connection) => prepareSession(connection, settings.schema),
    });
    // Without a listener a connection that the server drops, idle or at work, would end the process.
    // Whoever uses it learns of the loss by the failure of the query.
    this.#pool.on("connect", (connection) => connection.on("error", () => {}));
    this.#pool.on("error", () => log("connection.lost"));
    this.#adapter = new PrismaPg(this.#pool, { schema: settings.schema });
  }

  /** The driver adapter, with every failure turned into a value: the engine cannot catch exceptions. */
  bind() {
    const adapter = this.#adapter;
    return {
      ...this.#bindQueries(adapter),
      getConnectionInfo: () => adapter.getConnectionInfo(),
      startTransaction: this.#guard(async () => ({ ok: true, value: this.#bindTransaction(await this.#begin()) })),
    };
  }

  async #begin() {
    const { value } = await this.#adapter.startTransaction();
    return new Transaction(value);
  }

  #bindTransaction(transaction) {
    return {
      ...this.#bindQueries(transaction),
      options: transaction.options,
      commit: this.#guard(() => transaction.close()),
      rollback: this.#guard(() => transaction.close()),
    };
  }

  #bindQueries(queryable) {
    return {
      provider: "postgres",
      adapterName: this.#adapter.adapterName,
      queryRaw: this.#guard((query) => queryable.queryRaw(query)),
      executeRaw: this.#guard((query) => queryable.executeRaw(query)),
    };
  }

  #guard(call) {
    return async (query) => {
      try {
        const result = await call(query);
        return result.ok || result.error.kind !== "Postgres" ? result : this.failures.keep(result.error);
      } catch (error) {
        return this.failures.keep(error);
      }
    };
  }

  close() {
    return this.#pool.end();
  }
}
