// Follows the turns that run: puts what arrives into the messages, each frame once and in its order.
//
// Events: `text` {message, text, reasoning}; `ended` {message}, one answer; `over` {turn}, all of its answers;
// `gap` {turn, after}, when something between was not heard; `begun` {turn}.

export class Following extends EventTarget {
  #turns = new Map();

  get running() {
    return this.#turns.size > 0;
  }

  // For `resume`: every turn and the last of its frames that arrived.
  *progress() {
    for (const turn of this.#turns.values()) yield [turn.id, turn.seq];
  }

  // `lanes`: the messages that are written, by lane.
  follow(id, lanes, seq = 0) {
    const turn = { id, seq, lanes: new Map(lanes), asked: false };
    this.#turns.set(id, turn);
    this.#tell("begun", { turn: id });
    return turn;
  }

  knows(id) {
    return this.#turns.has(id);
  }

  of(message) {
    for (const turn of this.#turns.values()) if ([...turn.lanes.values()].includes(message)) return turn.id;
    return null;
  }

  forget() {
    this.#turns.clear();
  }

  // A turn that no longer runs anywhere: what became of it is for the server to say.
  drop(id) {
    if (this.#turns.delete(id)) this.#tell("over", { turn: id });
  }

  hear(frame) {
    const turn = this.#turns.get(frame.turn ?? frame.id);
    if (!turn || frame.seq == null || frame.seq <= turn.seq) return;
    if (frame.seq > turn.seq + 1) return this.#missed(turn);
    turn.asked = false;
    turn.seq = frame.seq;
    const message = turn.lanes.get(frame.lane);
    if (!message) return;
    if (frame.type === "delta") this.#add(message, frame);
    else this.#end(turn, frame.lane, message, frame);
  }

  #missed(turn) {
    if (turn.asked) return;
    turn.asked = true;
    this.#tell("gap", { turn: turn.id, after: turn.seq });
  }

  #add(message, { text = "", reasoning = "" }) {
    message.content += text;
    message.reasoning += reasoning;
    this.#tell("text", { message, text, reasoning });
  }

  #end(turn, lane, message, frame) {
    const { id, parent } = message;
    const failed = frame.type === "error" && { state: "failed", error_code: frame.code, error: failure(frame) };
    Object.assign(message, frame.message, failed, { id, parent });
    turn.lanes.delete(lane);
    this.#tell("ended", { message });
    if (!turn.lanes.size) this.drop(turn.id);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function failure({ code, text, retryable, retry_after: seconds }) {
  return { code, text, retryable, retryAt: seconds ? Date.now() + seconds * 1000 : null };
}
