// Says that the connection is gone, when that lasts long enough to matter, and what a person can do.

const PATIENCE_MS = 1500;

export class ConnectionNotice {
  #parts;
  #timer;

  constructor(parts, socket) {
    this.#parts = parts;
    parts.connect.addEventListener("click", () => socket.connect());
    socket.addEventListener("state", ({ detail }) => this.#show(detail));
  }

  #show({ state, text }) {
    const { connection } = this.#parts;
    if (state === "ready") return this.#say("");
    if (state === "signed-out") return this.#say("You are signed out. Reload the page to sign in again; what you wrote is kept.");
    if (state === "refused") return this.#say(text, true);
    if (!connection.hidden) return this.#say("Reconnecting…");
    this.#timer ??= setTimeout(() => this.#say("Reconnecting…"), PATIENCE_MS);
  }

  #say(text, isForPerson = false) {
    clearTimeout(this.#timer);
    this.#timer = null;
    const { connection, "connection-text": place, connect } = this.#parts;
    connection.hidden = !text;
    place.textContent = text;
    connect.hidden = !isForPerson;
  }
}
