// What the page shows and how the next question is asked. Everybody reads it; who changes a part says so with an event.
//
// Events, all on the one `state`, with what is named as `event.detail`:
//   opened      another conversation is shown, or a new one begins (no detail; read `state.conversation`)
//   created     the first question made the conversation: {id}
//   titled      {id, title}
//   settings    models, parameters, system prompt, temporary or folder changed (no detail)
//   busy        a turn began or ended: {running} says whether one runs in the shown conversation
//   changed     the list of conversations is no longer right, for instance after an answer (no detail)

class ChatState extends EventTarget {
  constructor(data) {
    super();
    this.catalogue = data.models;
    this.viewer = data.viewer;
    this.limits = data.limits;
    this.show(data.conversation, data.defaults);
  }

  // `whole` as `GET /api/conversations/{id}` gives it; without one a new chat begins, with `defaults`.
  show(whole, defaults = {}) {
    this.conversation = whole ?? null;
    this.models = whole?.models?.length ? [...whole.models] : [...(defaults.models ?? this.models ?? [])];
    this.parameters = { ...(whole ? whole.parameters : defaults.parameters) };
    this.systemPrompt = whole?.system_prompt ?? defaults.system_prompt ?? "";
    this.folder = whole?.folder ?? defaults.folder ?? null;
    this.temporary = defaults.temporary ?? false;
    this.tell("opened");
  }

  change(settings) {
    Object.assign(this, settings);
    this.tell("settings");
  }

  model(id) {
    return this.catalogue.find((one) => one.id === id) ?? null;
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export const state = new ChatState(JSON.parse(document.getElementById("chat-data").textContent));
