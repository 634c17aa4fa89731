// The one connection of the page. It knows frames only by their type, and comes back by itself.
//
// Events: `frame` {frame}; `ready`, after each connect; `state` {state, text}: "off", "connecting", "ready", "waiting"
// (it tries again by itself), "signed-out" or "refused" (only a person helps); `lost` {frame}: a question that was on its
// way when the connection ended.

import { auth, closing, ping } from "./protocol.js";

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 15_000;
const PING_EVERY_MS = 25_000;
const ANSWER_WITHIN_MS = 10_000;

export class ChatSocket extends EventTarget {
  #socket = null;
  #state = "off";
  #queue = [];
  #asked = new Map();
  #tries = 0;
  #refusals = 0;
  #retry;
  #pinger;
  #silence;

  constructor() {
    super();
    addEventListener("online", () => this.#hurry());
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  get state() {
    return this.#state;
  }

  send(frame) {
    if (this.#state !== "ready") {
      this.#queue.push(frame);
      if (this.#state !== "connecting") this.connect();
      return;
    }
    if (frame.type === "send") this.#asked.set(frame.ref, frame);
    this.#socket.send(JSON.stringify(frame));
  }

  // Takes back a question that is still waiting for a connection; `false`: it is too late.
  withdraw(frame) {
    const place = this.#queue.indexOf(frame);
    if (place >= 0) this.#queue.splice(place, 1);
    return place >= 0;
  }

  async connect() {
    clearTimeout(this.#retry);
    this.#become("connecting");
    const token = await newToken();
    if (token.refused) return this.#become("signed-out");
    if (!token.value) return this.#wait();
    const socket = new WebSocket(new URL("/api/chat", location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    this.#expectAnswer();
    socket.addEventListener("open", () => socket.send(JSON.stringify(auth(token.value))));
    socket.addEventListener("message", ({ data }) => this.#arrived(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#closed(code));
  }

  #arrived(frame) {
    clearTimeout(this.#silence);
    if (frame.type === "ready") this.#begin();
    if (frame.ref) this.#asked.delete(frame.ref);
    if (frame.type !== "pong") this.dispatchEvent(new CustomEvent("frame", { detail: { frame } }));
  }

  #begin() {
    this.#tries = 0;
    this.#refusals = 0;
    this.#become("ready");
    this.#pinger = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.dispatchEvent(new CustomEvent("ready"));
    for (const frame of this.#queue.splice(0)) this.send(frame);
  }

  #ping() {
    if (this.#state !== "ready") return;
    this.send(ping());
    this.#expectAnswer();
  }

  // A network that went away says nothing: a socket on which nothing comes any more is given up.
  #expectAnswer() {
    const socket = this.#socket;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (socket !== this.#socket) return;
      socket.close();
      this.#closed(0);
    }, ANSWER_WITHIN_MS);
  }

  #closed(code) {
    this.#socket = null;
    clearInterval(this.#pinger);
    clearTimeout(this.#silence);
    const { then, text } = closing(code);
    if (then === "never") this.#become("refused", text);
    else if (then === "token" && ++this.#refusals > 1) this.#become("signed-out");
    // At once, but only once.
    else this.#wait(then === "later" || this.#tries ? undefined : 0);
    const lost = [...this.#asked.values()];
    this.#asked.clear();
    for (const frame of lost) this.dispatchEvent(new CustomEvent("lost", { detail: { frame } }));
  }

  // Everybody was cut off at the same moment: with a share of chance they do not all come back at the same moment.
  #wait(pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#tries)) {
    this.#tries += 1;
    this.#become("waiting");
    this.#retry = setTimeout(() => this.connect(), pause * (0.5 + Math.random()));
  }

  #hurry() {
    if (this.#state === "waiting") this.connect();
    else this.#ping();
  }

  #become(state, text = "") {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, text } }));
  }
}

// Refused: there is no session any more. No value: nobody answers, which may be better in a moment.
async function newToken() {
  try {
    const response = await fetch("/api/auth/token", { method: "POST" });
    if (response.status === 401 || response.status === 403) return { refused: true };
    return response.ok ? { value: (await response.json()).access_token } : {};
  } catch {
    return {};
  }
}
