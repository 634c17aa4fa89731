// A connection that is lent to the engine for one transaction.
const IDLE = "I";

export class Transaction {
  #inner;
  #closed = false;

  constructor(inner) {
    this.#inner = inner;
    this.options = inner.options;
  }

  queryRaw(query) {
    return this.#inner.queryRaw(query);
  }

  executeRaw(query) {
    return this.#inner.executeRaw(query);
  }

  async close() {
    if (!this.#closed) {
      this.#closed = true;
      const { client } = this.#inner;
      // A connection in the middle of a transaction must not serve anyone else.
      client.release(client.getTransactionStatus() !== IDLE);
    }
    return { ok: true };
  }
}
