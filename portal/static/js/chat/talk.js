// What is said in the shown conversation: asks, hears, and keeps the messages right over every interruption.
// It knows nothing of how they are shown.
//
// Events: `changed`, messages came, went or ended; `text` {message, text, reasoning}; `ended` {message};
// `refused` {text, content}: nothing was asked, and this is what was written.

import { Asking } from "./asking.js";
import { Following } from "./following.js";
import { tellOthers, whenTold } from "./other-tabs.js";
import { resume, stop } from "./protocol.js";
import { ChatSocket } from "./socket.js";
import { state } from "./state.js";
import { Tree } from "./tree.js";

const GONE_PAUSE_MS = 3000;
const LOST = "The connection broke while your question was sent. If it is not there, send it again.";

export class Talk extends EventTarget {
  socket = new ChatSocket();
  tree = new Tree();
  #following = new Following();
  #asking = new Asking(this.tree, state);
  // By `ref`: what was asked and has no turn yet.
  #asked = new Map();

  constructor() {
    super();
    const following = this.#following;
    const { socket } = this;
    socket.addEventListener("frame", ({ detail }) => this.#hear(detail.frame));
    socket.addEventListener("ready", () => this.#resume());
    socket.addEventListener("lost", ({ detail }) => this.#lost(detail.frame));
    socket.addEventListener("state", ({ detail }) => ["signed-out", "refused"].includes(detail.state) && this.#takeBack());
    following.addEventListener("text", ({ detail }) => this.#tell("text", detail));
    following.addEventListener("ended", ({ detail }) => this.#ended(detail));
    following.addEventListener("over", () => this.#over());
    following.addEventListener("gap", ({ detail }) => socket.send(resume(detail.turn, detail.after)));
    whenTold((id) => id === state.conversation?.id && this.refresh());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.refresh());
  }

  get isRunning() {
    return this.#following.running || this.#asked.size > 0;
  }

  // Another conversation, as the server gave it, or a new one.
  open(whole) {
    this.#following.forget();
    this.#asked.clear();
    this.tree = new Tree();
    this.#asking = new Asking(this.tree, state);
    this.#take(whole?.messages ?? []);
    if (whole?.leaf) this.tree.show(whole.leaf);
  }

  ask(content, parent) {
    this.#begin(this.#asking.question(content, parent));
  }

  again(answer, model) {
    this.#begin(this.#asking.again(this.tree.get(answer.parent), answer.lane, model));
  }

  goOn(answer) {
    this.#begin(this.#asking.continued(answer));
  }

  stop() {
    this.#takeBack();
    for (const asked of this.#asked.values()) asked.isStopped = true;
    for (const [turn] of this.#following.progress()) this.socket.send(stop(turn));
  }

  stopLane(answer) {
    const turn = this.#following.of(answer);
    if (turn) this.socket.send(stop(turn, answer.lane));
  }

  // What another tab, another device or another instance has done in the meantime.
  async refresh() {
    const id = state.conversation?.id;
    if (!id || this.#asked.size) return;
    const response = await fetch(`/api/conversations/${id}`).catch(() => null);
    if (!response?.ok) return;
    const { messages } = await response.json();
    if (id !== state.conversation?.id || this.#asked.size) return;
    this.#take(messages);
    this.#tell("changed");
  }

  // Messages as the server has them; what is being written here is further than that.
  #take(messages) {
    const running = [];
    for (const message of messages) {
      const known = this.tree.get(message.id);
      if (known && this.#following.of(known)) continue;
      const put = this.tree.put(message);
      if (put.state === "running" && put.turn) running.push(put);
    }
    for (const [turn, answers] of Map.groupBy(running, (answer) => answer.turn)) {
      this.#following.follow(turn, answers.map((answer) => [answer.lane, answer]));
      this.socket.send(resume(turn, 0));
    }
  }

  #begin(asked) {
    this.#asked.set(asked.frame.ref, asked);
    this.tree.show(asked.answers[0].id);
    this.socket.send(asked.frame);
    this.#tell("changed");
    state.tell("busy", { running: true });
  }

  #hear(frame) {
    const isError = frame.type === "error";
    if (frame.type === "ready") Object.assign(state.limits, frame.limits);
    else if (frame.type === "title") this.#titled(frame);
    else if (frame.type === "turn" && this.#asked.has(frame.ref)) this.#begun(frame);
    else if (isError && frame.code === "turn_not_found") this.#gone(frame);
    else if (isError && this.#asked.has(frame.ref)) this.#undo(this.#asked.get(frame.ref), frame.text);
    else this.#following.hear(frame);
  }

  #begun(frame) {
    const { question, answers, isNew, isStopped } = this.#asked.get(frame.ref);
    this.#asked.delete(frame.ref);
    if (isNew) this.tree.rename(question, frame.question);
    const lanes = frame.lanes.map(({ lane, message, dropped }) => {
      const answer = answers.find((one) => one.lane === lane);
      if (answer.id !== message) this.tree.rename(answer, message);
      Object.assign(answer, { turn: frame.id, facts: { dropped } });
      return [lane, answer];
    });
    this.#following.follow(frame.id, lanes, frame.seq);
    if (frame.conversation && !state.conversation) this.#created(frame.conversation);
    if (isStopped) this.socket.send(stop(frame.id));
    if (frame.conversation) tellOthers(frame.conversation);
    this.#tell("changed");
  }

  #created(id) {
    const { models, parameters, systemPrompt, folder } = state;
    state.conversation = { id, title: "", models, parameters, system_prompt: systemPrompt, folder, messages: [], leaf: null };
    state.tell("created", { id });
  }

  #titled({ conversation, title }) {
    if (state.conversation?.id === conversation) state.conversation.title = title;
    state.tell("titled", { id: conversation, title });
  }

  // Nobody tells of the turn any more: its end is what was stored, or will be, by an instance that we can't reach.
  #gone({ turn }) {
    for (const message of this.tree.all()) {
      if (message.turn === turn && message.state === "running") message.state = "interrupted";
    }
    this.#following.drop(turn);
    this.#tell("changed");
    setTimeout(() => this.refresh(), GONE_PAUSE_MS);
  }

  #undo(asked, text = "") {
    this.#asked.delete(asked.frame.ref);
    asked.undo();
    this.#tell("refused", { text, content: asked.isNew ? asked.question.content : "" });
    this.#over();
  }

  async #lost(frame) {
    const asked = this.#asked.get(frame.ref);
    if (!asked) return;
    this.#undo(asked, LOST);
    await this.refresh();
  }

  // What still waits for a connection that only a person can bring back is theirs again.
  #takeBack() {
    for (const asked of [...this.#asked.values()]) if (this.socket.withdraw(asked.frame)) this.#undo(asked);
  }

  #resume() {
    for (const [turn, after] of this.#following.progress()) this.socket.send(resume(turn, after));
  }

  #ended(detail) {
    this.#tell("ended", detail);
    this.#tell("changed");
  }

  #over() {
    if (this.isRunning) return;
    this.#tell("changed");
    state.tell("busy", { running: false });
    state.tell("changed");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
