// The middle of the page: what is said, as it is shown, and what a person does with it.

import { Announcer } from "./announcer.js";
import { chooseAnother } from "./another-model.js";
import { showBudget, sizeOf } from "./budget.js";
import { Composer } from "./composer.js";
import { ConnectionNotice } from "./connection-notice.js";
import { LaneChoice } from "./lane-choice.js";
import { MessagesView } from "./messages.js";
import { Opening } from "./opening.js";
import { Scroll } from "./scroll.js";
import { register } from "./shortcuts.js";
import { state } from "./state.js";
import { Talk } from "./talk.js";
import { partsOf } from "./template.js";
import { ensureVisitor } from "./visit.js";

const NEW = "new";
const LEAF_PAUSE_MS = 600;
const ENDS = { complete: "answer complete", stopped: "stopped", interrupted: "interrupted", failed: "could not answer" };
const number = new Intl.NumberFormat("en");
const modelName = (id) => state.model(id)?.name ?? id;

class Conversation {
  #leafTimer;
  // What was shown before "continue from here".
  #before = null;
  #sizeBefore = 0;

  constructor(element) {
    const parts = partsOf(element);
    this.parts = parts;
    this.talk = new Talk();
    this.messages = new MessagesView(parts.messages);
    this.composer = new Composer(parts);
    this.scroll = new Scroll(parts);
    this.announcer = new Announcer(parts.announcer);
    this.opening = new Opening(parts, (question) => this.#suggest(question));
    new ConnectionNotice(parts, this.talk.socket);
    new LaneChoice(parts);
    this.#listen();
    this.#open();
    this.#suggest(new URLSearchParams(location.search).get("q"));
    if (state.viewer.kind && this.talk.socket.state === "off") this.talk.socket.connect();
  }

  #listen() {
    const { composer, talk, parts } = this;
    composer.addEventListener("ask", ({ detail }) => this.#askNext(detail.content));
    composer.addEventListener("stop", () => talk.stop());
    composer.addEventListener("write", () => this.#showBudget());
    talk.addEventListener("changed", () => this.#show());
    talk.addEventListener("text", ({ detail }) => this.messages.append(detail.message, detail.text, detail.reasoning));
    talk.addEventListener("ended", ({ detail }) => this.announcer.say(`${modelName(detail.message.model)}: ${ENDS[detail.message.state]}`));
    talk.addEventListener("refused", ({ detail }) => this.#refused(detail));
    parts.messages.addEventListener("act", ({ detail }) => this.#act(detail));
    parts.branch.addEventListener("click", ({ target }) => target.closest("[data-action=unbranch]") && this.#unbranch());
    state.addEventListener("opened", () => this.#open());
    state.addEventListener("settings", () => this.#changed());
    state.addEventListener("created", () => composer.rename(draftKey()));
    state.addEventListener("found", ({ detail }) => this.messages.lookAt(detail.message));
    register({ keys: "Enter", group: "Writing", label: "Send" });
    register({ keys: "Shift+Enter", group: "Writing", label: "New line" });
    register({ keys: "Escape", group: "Chat", label: "Stop the answer", when: () => talk.isRunning, run: () => talk.stop() });
  }

  #open() {
    this.#before = null;
    this.parts.messages.replaceChildren();
    this.talk.open(state.conversation);
    this.composer.open(draftKey());
    this.#show();
    this.scroll.toEnd();
    this.composer.focus();
  }

  #changed() {
    if (!state.conversation) this.composer.rename(draftKey());
    this.#show();
  }

  #suggest(question) {
    if (!question || this.talk.tree.turns().length) return;
    this.composer.content = question;
    this.composer.focus();
  }

  async #askNext(content) {
    if (await this.#ask(content, this.talk.tree.parent())) this.composer.content = "";
  }

  // `false`: nothing was asked, and what was written stays where it is.
  async #ask(content, parent) {
    const problem = problemWith(content);
    this.composer.complain(problem);
    if (problem || !(await maySpeak())) return false;
    this.#before = null;
    this.talk.ask(content, parent);
    this.scroll.toEnd();
    this.composer.focus();
    this.announcer.say("Waiting for the answer");
    return true;
  }

  #refused({ text, content }) {
    if (content) this.composer.giveBack(content);
    this.composer.complain(text);
    this.#show();
  }

  #act({ action, message, value }) {
    const { talk, announcer } = this;
    const does = {
      show: () => this.#showVersion(value),
      "ask-again": () => this.#ask(value, message.parent),
      retry: () => talk.again(message, message.model),
      regenerate: () => talk.again(message, message.model),
      another: () => chooseAnother(value, message.model, (model) => talk.again(message, model)),
      continue: () => talk.goOn(message),
      stop: () => talk.stopLane(message),
      branch: () => this.#branch(message),
      choose: () => this.#choose(message),
      copied: () => announcer.say("Copied"),
      selected: () => announcer.say("Selected. Copy it with Ctrl+C or ⌘C."),
    };
    does[action]();
  }

  #showVersion({ id, step }) {
    this.#before = null;
    this.talk.tree.show(id);
    this.#show();
    this.messages.focusVersions(id, step);
    this.#keepLeaf();
  }

  // The next question follows this answer, and what came after it becomes another version.
  #branch(answer) {
    this.#before ??= this.talk.tree.leaf();
    this.talk.tree.endAt(answer.id);
    this.#show();
    this.scroll.toEnd();
    this.composer.focus();
  }

  #unbranch() {
    this.talk.tree.show(this.#before);
    this.#before = null;
    this.#show();
    this.composer.focus();
  }

  // Of several answers the one that the conversation goes on with.
  #choose(answer) {
    this.talk.tree.endAt(answer.id);
    state.change({ models: [answer.model] });
    this.announcer.say(`The next question goes to ${modelName(answer.model)} alone`);
    this.composer.focus();
  }

  #show() {
    const { tree, isRunning } = this.talk;
    const turns = tree.turns();
    this.messages.show(turns, { modelName, isTemporary: state.temporary, end: tree.end });
    this.opening.show(!turns.length);
    this.composer.running = isRunning;
    this.parts.branch.hidden = !this.#before;
    this.#sizeBefore = sizeOf(tree.path(tree.parent(turns)).map(({ content }) => content));
    this.#showBudget();
  }

  #showBudget() {
    showBudget(this.parts.budget, this.#sizeBefore, this.composer.content);
  }

  // The branch that was looked at last is the one that is shown next time.
  #keepLeaf() {
    clearTimeout(this.#leafTimer);
    const id = state.conversation?.id;
    let leaf = this.talk.tree.leaf();
    if (!id || this.talk.isRunning) return;
    this.#leafTimer = setTimeout(() => {
      if (state.conversation?.id === id) {
        // A question asked meanwhile has moved the end of the conversation; the server keeps that by itself.
        if (this.talk.isRunning) return;
        leaf = this.talk.tree.leaf();
      }
      const body = JSON.stringify({ leaf });
      const request = { method: "PATCH", body, headers: { "content-type": "application/json" } };
      // Where it can't be kept the newest branch is shown, which loses nothing.
      fetch(`/api/conversations/${id}`, request).catch(() => {});
    }, LEAF_PAUSE_MS);
  }
}

// Of a temporary chat nothing is kept, not even what is being written.
const draftKey = () => (state.temporary ? null : (state.conversation?.id ?? NEW));

function problemWith(content) {
  const most = state.limits.message_characters;
  if (!state.models.length) return "There is no model to ask right now. Try again later.";
  if (content.length <= most) return "";
  return `This question has ${number.format(content.length)} characters; ${number.format(most)} are the most. Shorten it, or ask it in parts.`;
}

// Who comes without a session accepts the terms first, once.
async function maySpeak() {
  if (state.viewer.kind) return true;
  if (!(await ensureVisitor())) return false;
  state.viewer.kind ??= "permissionless";
  return true;
}

new Conversation(document.getElementById("conversation"));
