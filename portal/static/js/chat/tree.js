// The messages of a conversation, and which of its branches is shown. It knows nothing of the page.
//
// A message is an object of `MessageAnswer`'s form that stays the same object while it changes, so that who shows it
// may hold on to it.

export class Tree {
  #messages = new Map();
  // Which question is shown after the turn of a question (`null`: at the beginning), and which version of an answer.
  #followed = new Map();
  #versions = new Map();
  // The answer after which nothing is shown, because the next question is to follow it.
  #end = null;

  constructor(messages = [], leaf = null) {
    for (const message of messages) this.put(message);
    if (leaf) this.show(leaf);
  }

  get(id) {
    return this.#messages.get(id) ?? null;
  }

  // Adds a message, or changes the one that is known by its id.
  put(message) {
    const known = this.#messages.get(message.id);
    if (known) return Object.assign(known, message);
    this.#messages.set(message.id, message);
    return message;
  }

  // What was shown under an id that the page made up gets its real one.
  rename(message, id) {
    const old = message.id;
    this.#messages.delete(old);
    this.#messages.set(id, Object.assign(message, { id }));
    for (const other of this.#messages.values()) if (other.parent === old) other.parent = id;
    this.#followed = new Map([...this.#followed].map(([from, to]) => [from === old ? id : from, to === old ? id : to]));
    this.#versions = new Map([...this.#versions].map(([key, to]) => [key.replace(old, id), to === old ? id : to]));
  }

  remove(message) {
    this.#messages.delete(message.id);
  }

  // The branch through a message, with the newest versions of what follows it.
  show(id) {
    this.#end = null;
    for (let message = this.get(id); message; message = this.get(message.parent)) {
      if (message.role === "assistant") this.#versions.set(`${message.parent} ${message.lane}`, message.id);
      else this.#followed.set(this.get(message.parent)?.parent ?? null, message.id);
    }
  }

  // Nothing is shown after this answer, and the next question follows it.
  endAt(id) {
    this.show(id);
    this.#end = id;
  }

  get end() {
    return this.#end;
  }

  // What is shown, in order: `{question, versions, lanes: [{lane, answer, versions}], next}`; `next`: the answer that
  // the following question belongs to.
  turns() {
    const children = Map.groupBy(this.#messages.values(), (message) => message.parent);
    const shown = [];
    let questions = children.get(null) ?? [];
    let before = null;
    while (questions.length) {
      const question = this.#chosen(questions, this.#followed.get(before?.question.id ?? null));
      if (before) before.next = question.parent;
      before = { question, versions: questions, lanes: this.#lanes(children.get(question.id) ?? []), next: null };
      shown.push(before);
      questions = this.#following(before, children);
    }
    return shown;
  }

  // The answer that the next question follows; `null` at the beginning.
  parent(turns = this.turns()) {
    const last = turns.at(-1);
    if (!last) return null;
    const usable = last.lanes.find(({ answer }) => answer.state !== "failed") ?? last.lanes[0];
    return this.#end ?? usable?.answer.id ?? null;
  }

  leaf(turns = this.turns()) {
    return this.parent(turns) ?? turns.at(-1)?.question.id ?? null;
  }

  // From the first question to a message, as the model of its lane sees it.
  path(id) {
    const messages = [];
    for (let message = this.get(id); message; message = this.get(message.parent)) messages.unshift(message);
    return messages;
  }

  *all() {
    yield* this.#messages.values();
  }

  #lanes(answers) {
    const lanes = [...Map.groupBy(answers, (answer) => answer.lane)].sort(([one], [other]) => one - other);
    return lanes.map(([lane, versions]) => ({
      lane,
      versions,
      answer: this.#chosen(versions, this.#versions.get(`${versions[0].parent} ${lane}`)),
    }));
  }

  #following(turn, children) {
    const shown = turn.lanes.map(({ answer }) => answer.id);
    if (shown.includes(this.#end)) return [];
    const questions = shown.flatMap((id) => children.get(id) ?? []);
    return questions.sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at));
  }

  #chosen(versions, id) {
    return versions.find((version) => version.id === id) ?? versions.at(-1);
  }
}
