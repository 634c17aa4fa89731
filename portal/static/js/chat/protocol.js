// The other side's mirror: what may be said on the chat's socket, see `portal/chat/protocol.py`.

export const VERSION = 1;

export const auth = (token) => ({ type: "auth", token, version: VERSION });

export const send = (fields) => ({ type: "send", ...fields });

// Without a lane the whole turn.
export const stop = (turn, lane = null) => ({ type: "stop", turn, lane });

// `after`: the `seq` of the last frame of the turn that arrived.
export const resume = (turn, after) => ({ type: "resume", turn, after });

export const ping = () => ({ type: "ping" });

// Why the server ended a connection, and what helps: `again` connects anew at once, `later` after a pause, `token` with
// a new token, `never` only when a person asks for it.
const CLOSES = {
  4000: { then: "again" },
  4400: { then: "never", text: "This page and the server do not understand each other. Reload the page." },
  4401: { then: "token" },
  4403: { then: "never", text: "The server does not accept connections from this address. Open the chat from its own address." },
  4408: { then: "again" },
  4409: { then: "never", text: "The chat is open in too many places. Close one of them, then try again." },
  4429: { then: "later" },
};

export const closing = (code) => CLOSES[code] ?? { then: "later" };
