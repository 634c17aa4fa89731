// What is asked: the frame for the server, and the messages as they are shown until it has answered.

import { send } from "./protocol.js";

// The columns of the models of the next turn. Who answered before stays in its column, because a column is what its
// model remembers of the conversation; who is new takes a column that has become free, or a new one.
export function columnsOf(models, parent, turn, most) {
  if (models.length === 1) return [parent?.lane ?? 0];
  const before = turn?.lanes ?? [];
  const taken = new Set();
  const take = (lane) => taken.add(lane) && lane;
  const kept = models.map((model) => {
    const lane = before.find(({ lane, answer }) => answer.model === model && !taken.has(lane));
    return lane ? take(lane.lane) : null;
  });
  const free = [...before.map(({ lane }) => lane), ...Array(most).keys()];
  return kept.map((lane) => lane ?? take(free.find((one) => !taken.has(one))));
}

export class Asking {
  #tree;
  #state;
  #count = 0;

  constructor(tree, state) {
    this.#tree = tree;
    this.#state = state;
  }

  // A question after `parent`, to the models that are chosen now.
  question(content, parent) {
    const { models, limits } = this.#state;
    const before = this.#tree.get(parent);
    const turn = this.#tree.turns().find(({ lanes }) => lanes.some(({ answer }) => answer === before));
    const columns = columnsOf(models, before, turn, limits.lanes);
    const question = this.#made({ role: "user", parent, content, state: "complete" });
    const lanes = models.map((model, place) => ({ lane: columns[place], model }));
    return this.#asked(question, { content, parent }, lanes, [question]);
  }

  // One more answer to a question that was asked before.
  again(question, lane, model) {
    return this.#asked(question, { parent: question.id }, [{ lane, model }], []);
  }

  // The answer itself is written on. It is known by its id alone, so a temporary one can't be.
  continued(answer) {
    const { id, parent, lane, model, state } = answer;
    const undo = () => Object.assign(answer, { state });
    Object.assign(answer, { state: "running" });
    const frame = this.#frame({ parent, continues: id }, [{ lane, model }]);
    return { frame, question: this.#tree.get(parent), answers: [answer], isNew: false, undo };
  }

  #asked(question, fields, lanes, added) {
    const answers = lanes.map((lane) => this.#made({ role: "assistant", parent: question.id, state: "running", ...lane }));
    const undo = () => [...answers, ...added].forEach((message) => this.#tree.remove(message));
    const frame = this.#frame(this.#state.temporary ? this.#said(question) : fields, lanes);
    return { frame, question, answers, isNew: added.length > 0, undo };
  }

  #frame(fields, lanes) {
    const { conversation, parameters, systemPrompt, folder, temporary } = this.#state;
    return send({
      ref: this.#id(),
      conversation: conversation?.id ?? null,
      ...fields,
      lanes: lanes.map((lane) => ({ ...lane, params: parameters })),
      system_prompt: systemPrompt,
      folder: conversation ? null : folder,
      temporary,
    });
  }

  // The server knows nothing of a temporary chat: each time it is told what was said.
  #said({ content, parent }) {
    const history = this.#tree.path(parent).filter((message) => message.content);
    return { content, history: history.map(({ role, content }) => ({ role, content })) };
  }

  #made(fields) {
    const empty = { turn: null, lane: 0, model: null, content: "", reasoning: "", error_code: null, finish_reason: null };
    return this.#tree.put({ id: this.#id(), ...empty, facts: {}, created_at: new Date().toISOString(), ...fields });
  }

  #id() {
    this.#count += 1;
    return `page-${Date.now()}-${this.#count}`;
  }
}
