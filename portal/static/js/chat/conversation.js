// The middle of the page: wires the socket, the tree of messages, what is shown of it and the composer.

import { Announcer } from "./announcer.js";
import { Asking } from "./asking.js";
import { showBudget } from "./budget.js";
import { Composer } from "./composer.js";
import { ConnectionNotice } from "./connection-notice.js";
import { Following } from "./following.js";
import { LaneChoice } from "./lane-choice.js";
import { MessagesView } from "./messages.js";
import { Opening } from "./opening.js";
import { tellOthers, whenTold } from "./other-tabs.js";
import { resume, stop } from "./protocol.js";
import { Scroll } from "./scroll.js";
import { ChatSocket } from "./socket.js";
import { state } from "./state.js";
import { partsOf } from "./template.js";
import { Tree } from "./tree.js";
import { ensureVisitor } from "./visit.js";

const NEW = "new";
const LEAF_PAUSE_MS = 600;
const ENDS = { complete: "answer complete", stopped: "stopped", interrupted: "interrupted", failed: "could not answer" };

class Conversation {
  #tree;
  #asking;
  // By `ref`: what was asked and has no turn yet.
  #asked = new Map();
  #leafTimer;
  // What was shown before "continue from here".
  #before = null;

  constructor(element) {
    const parts = partsOf(element);
    this.parts = parts;
    this.messages = new MessagesView(parts.messages);
    this.composer = new Composer(parts);
    this.scroll = new Scroll(parts);
    this.announcer = new Announcer(parts.announcer);
    this.opening = new Opening(parts, (question) => this.#suggest(question));
    this.following = new Following();
    this.socket = new ChatSocket();
    new ConnectionNotice(parts, this.socket);
    new LaneChoice(parts);
    this.#listen();
    this.#open();
    this.#suggest(new URLSearchParams(location.search).get("q") ?? "");
    if (state.viewer.kind) this.socket.connect();
  }

  #listen() {
    const { composer, following, socket, parts } = this;
    composer.addEventListener("ask", ({ detail }) => this.#askNext(detail.content));
    composer.addEventListener("stop", () => this.#stop());
    composer.addEventListener("write", () => this.#showBudget());
    parts.messages.addEventListener("act", ({ detail }) => this.#act(detail));
    parts.branch.addEventListener("click", ({ target }) => target.closest("[data-action=unbranch]") && this.#unbranch());
    document.addEventListener("keydown", (event) => this.#key(event));
    socket.addEventListener("frame", ({ detail }) => this.#hear(detail.frame));
    socket.addEventListener("ready", () => this.#resume());
    socket.addEventListener("lost", ({ detail }) => this.#lost(detail.frame));
    socket.addEventListener("state", ({ detail }) => ["signed-out", "refused"].includes(detail.state) && this.#takeBack());
    following.addEventListener("text", ({ detail }) => this.messages.append(detail.message, detail.text, detail.reasoning));
    following.addEventListener("ended", ({ detail }) => this.#ended(detail.message));
    following.addEventListener("over", () => this.#over());
    following.addEventListener("gap", ({ detail }) => socket.send(resume(detail.turn, detail.after)));
    state.addEventListener("opened", () => this.#open());
    state.addEventListener("settings", () => this.#show());
    whenTold((id) => id === state.conversation?.id && this.#refresh());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#refresh());
  }

  // Another conversation is shown, or a new one.
  #open() {
    const whole = state.conversation;
    this.following.forget();
    this.#asked.clear();
    this.#before = null;
    this.#tree = new Tree([], null);
    this.#asking = new Asking(this.#tree, state);
    this.#take(whole?.messages ?? []);
    if (whole?.leaf) this.#tree.show(whole.leaf);
    this.parts.messages.replaceChildren();
    this.composer.open(state.temporary ? null : (whole?.id ?? NEW));
    this.#show();
    this.scroll.toEnd();
    this.composer.focus();
  }

  // Messages as the server has them; what is being written here is further than that.
  #take(messages) {
    const running = [];
    for (const message of messages) {
      const known = this.#tree.get(message.id);
      if (known && this.following.of(known)) continue;
      const put = this.#tree.put(message);
      if (put.state === "running" && put.turn) running.push(put);
    }
    for (const [turn, answers] of Map.groupBy(running, (answer) => answer.turn)) {
      this.following.follow(turn, answers.map((answer) => [answer.lane, answer]));
      this.socket.send(resume(turn, 0));
    }
  }

  async #refresh() {
    const id = state.conversation?.id;
    if (!id || this.#asked.size) return;
    const response = await fetch(`/api/conversations/${id}`).catch(() => null);
    if (!response?.ok) return;
    const { messages } = await response.json();
    if (id !== state.conversation?.id || this.#asked.size) return;
    this.#take(messages);
    this.#show();
  }

  // Asking.

  #suggest(question) {
    if (!question || this.#tree.turns().length) return;
    this.composer.content = question;
    this.composer.focus();
  }

  async #askNext(content) {
    if (await this.#ask(content, this.#tree.parent())) this.composer.content = "";
  }

  // `false`: nothing was asked, and what was written stays where it is.
  async #ask(content, parent) {
    const problem = this.#problemWith(content);
    this.composer.complain(problem);
    if (problem || !(await this.#maySpeak())) return false;
    this.#begin(this.#asking.question(content, parent));
    return true;
  }

  #problemWith(content) {
    const most = state.limits.message_characters;
    if (!state.models.length) return "There is no model to ask right now. Try again later.";
    if (content.length <= most) return "";
    const number = new Intl.NumberFormat("en");
    return `This question has ${number.format(content.length)} characters; at most ${number.format(most)} are possible. Shorten it, or ask it in parts.`;
  }

  // Who comes without a session accepts the terms first, once.
  async #maySpeak() {
    if (state.viewer.kind) return true;
    if (!(await ensureVisitor())) return false;
    state.viewer.kind ??= "permissionless";
    return true;
  }

  #begin(asked) {
    this.#asked.set(asked.frame.ref, asked);
    this.#before = null;
    this.#tree.show(asked.answers[0].id);
    this.#show();
    if (asked.isNew) this.scroll.toEnd();
    this.announcer.say("Waiting for the answer");
    this.socket.send(asked.frame);
    state.tell("busy", { running: true });
  }

  #refused(frame) {
    const asked = this.#asked.get(frame.ref);
    if (!asked) return;
    this.#undo(asked);
    this.composer.complain(frame.text);
  }

  #undo(asked) {
    this.#asked.delete(asked.frame.ref);
    asked.undo();
    if (asked.isNew) this.composer.giveBack(asked.question.content);
    this.#show();
    this.#over();
  }

  async #lost(frame) {
    const asked = this.#asked.get(frame.ref);
    if (!asked) return;
    this.#undo(asked);
    this.composer.complain("The connection broke while your question was sent. Look whether it has arrived, or send it again.");
    state.tell("changed");
    await this.#refresh();
  }

  // What still waits for a connection that only a person can bring back is theirs again.
  #takeBack() {
    for (const asked of [...this.#asked.values()]) if (this.socket.withdraw(asked.frame)) this.#undo(asked);
  }

  #stop() {
    this.#takeBack();
    for (const asked of this.#asked.values()) asked.isStopped = true;
    for (const [turn] of this.following.progress()) this.socket.send(stop(turn));
  }

  // Hearing.

  #resume() {
    for (const [turn, after] of this.following.progress()) this.socket.send(resume(turn, after));
  }

  #hear(frame) {
    if (frame.type === "ready") Object.assign(state.limits, frame.limits);
    else if (frame.type === "title") this.#titled(frame);
    else if (frame.type === "turn" && this.#asked.has(frame.ref)) this.#begun(frame);
    else if (frame.type === "error" && frame.code === "turn_not_found") this.#gone(frame);
    else if (frame.type === "error" && frame.lane == null) this.#refused(frame);
    else this.following.hear(frame);
  }

  #begun(frame) {
    const { question, answers, isNew, isStopped } = this.#asked.get(frame.ref);
    this.#asked.delete(frame.ref);
    if (isNew) this.#tree.rename(question, frame.question);
    const lanes = frame.lanes.map(({ lane, message, dropped }) => {
      const answer = answers.find((one) => one.lane === lane);
      if (answer.id !== message) this.#tree.rename(answer, message);
      Object.assign(answer, { turn: frame.id, facts: { dropped } });
      return [lane, answer];
    });
    this.following.follow(frame.id, lanes, frame.seq);
    if (frame.conversation && !state.conversation) this.#created(frame.conversation);
    if (isStopped) this.socket.send(stop(frame.id));
    if (frame.conversation) tellOthers(frame.conversation);
    this.#show();
  }

  #created(id) {
    const { models, parameters, systemPrompt, folder } = state;
    state.conversation = { id, title: "", models, parameters, system_prompt: systemPrompt, folder, messages: [], leaf: null };
    this.composer.rename(id);
    history.replaceState(history.state, "", `/chat/${id}`);
    state.tell("created", { id });
  }

  #titled({ conversation, title }) {
    if (state.conversation?.id === conversation) state.conversation.title = title;
    state.tell("titled", { id: conversation, title });
  }

  // The turn runs nowhere any more: its end is what was stored, or there is none.
  async #gone({ turn }) {
    for (const message of this.#tree.all()) {
      if (message.turn === turn && message.state === "running") message.state = "interrupted";
    }
    this.following.drop(turn);
    await this.#refresh();
  }

  #ended(message) {
    this.#show();
    this.announcer.say(`${this.#modelName(message.model)}: ${ENDS[message.state]}`);
  }

  #over() {
    if (this.#isRunning) return;
    this.#show();
    state.tell("busy", { running: false });
    state.tell("changed");
  }

  // What a person does with a message.

  #act({ action, message, value }) {
    const does = {
      show: () => this.#showVersion(value),
      "ask-again": () => this.#ask(value, message.parent),
      retry: () => this.#again(message, message.model),
      regenerate: () => this.#again(message, message.model),
      another: () => this.#again(message, value),
      continue: () => this.#begin(this.#asking.continued(message)),
      stop: () => this.socket.send(stop(this.following.of(message), message.lane)),
      branch: () => this.#branch(message),
      choose: () => this.#choose(message),
      copied: () => this.announcer.say("Copied"),
      selected: () => this.announcer.say("Selected. Copy it with Ctrl+C or ⌘C."),
    };
    does[action]?.();
  }

  #again(answer, model) {
    this.#begin(this.#asking.again(this.#tree.get(answer.parent), answer.lane, model));
  }

  #showVersion(id) {
    if (!id) return;
    this.#tree.show(id);
    this.#show();
    this.#keepLeaf();
  }

  #branch(answer) {
    this.#before = this.#tree.leaf();
    this.#tree.endAt(answer.id);
    this.#show();
    this.scroll.toEnd();
    this.composer.focus();
  }

  #unbranch() {
    this.#tree.show(this.#before);
    this.#before = null;
    this.#show();
    this.composer.focus();
  }

  #choose(answer) {
    this.#tree.endAt(answer.id);
    state.change({ models: [answer.model] });
    this.announcer.say(`The next question goes to ${this.#modelName(answer.model)} alone`);
    this.composer.focus();
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.#isRunning || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#stop();
  }

  // Showing.

  get #isRunning() {
    return this.following.running || this.#asked.size > 0;
  }

  #modelName = (id) => state.model(id)?.name ?? id;

  #show() {
    const turns = this.#tree.turns();
    const settings = { modelName: this.#modelName, isTemporary: state.temporary, chosen: this.#tree.end };
    this.messages.show(turns, settings);
    this.opening.show(!turns.length);
    this.composer.running = this.#isRunning;
    this.parts.branch.hidden = !this.#before;
    this.#showBudget();
  }

  #showBudget() {
    const said = this.#tree.path(this.#tree.parent()).map(({ content }) => content);
    showBudget(this.parts.budget, said, this.composer.content);
  }

  // The branch that was looked at last is the one that is shown next time.
  #keepLeaf() {
    clearTimeout(this.#leafTimer);
    const id = state.conversation?.id;
    const leaf = this.#tree.leaf();
    if (!id || !leaf || this.#isRunning) return;
    this.#leafTimer = setTimeout(() => {
      const body = JSON.stringify({ leaf });
      fetch(`/api/conversations/${id}`, { method: "PATCH", body, headers: { "content-type": "application/json" } }).catch(() => {});
    }, LEAF_PAUSE_MS);
  }
}

new Conversation(document.getElementById("conversation"));
