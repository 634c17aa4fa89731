// A connection that is lent to the engine for one transaction and always comes back to the pool.
const IDLE = "I";
const BEGIN_WITHIN = 1000;

export class Transaction {
  #inner;
  #closed = false;
  #unused;

  constructor(inner) {
    this.#inner = inner;
    this.options = inner.options;
    // An engine that gave up waiting for the connection never says BEGIN on it, and never gives it back.
    this.#unused = setTimeout(() => this.close(), BEGIN_WITHIN);
  }

  queryRaw(query) {
    clearTimeout(this.#unused);
    return this.#inner.queryRaw(query);
  }

  executeRaw(query) {
    clearTimeout(this.#unused);
    return this.#inner.executeRaw(query);
  }

  async close() {
    clearTimeout(this.#unused);
    if (!this.#closed) {
      this.#closed = true;
      const { client } = this.#inner;
      // A connection in the middle of a transaction must not serve anyone else.
      client.release(client.getTransactionStatus() !== IDLE);
    }
    return { ok: true };
  }
}
