// One answer in its column: whose it is, how it goes, its text, what can be done with it. It knows no other column.
//
// What a person wants is told with an `act` event {action, message} that rises through the page.

import { AnswerText } from "./answer-text.js";
import { copy } from "./clipboard.js";
import { explain } from "./errors.js";
import { factsLine } from "./facts.js";
import { copyOf, partsOf } from "./template.js";
import { Versions } from "./versions.js";

const STATES = { stopped: "Stopped", interrupted: "Interrupted", failed: "Failed" };
const ENDED_EARLY = new Set(["stopped", "interrupted"]);
const CHOSEN = "Continued";
const CUT = "Ended at its greatest length";
const INTERRUPTED = "The answer was interrupted before its end.";

export class LaneView {
  #parts;
  #text;
  #versions;
  #state = "";
  #countdown;

  constructor() {
    this.element = copyOf("chat-lane");
    this.#parts = partsOf(this.element);
    this.#text = new AnswerText(this.#parts);
    this.#versions = new Versions(this.#parts, (choice) => this.#act("show", choice));
    this.element.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-action]");
      if (button?.dataset.action === "copy") this.#copy(button);
      else if (button) this.#act(button.dataset.action, button);
    });
  }

  // `settings`: {modelName, isLast, isTemporary, hasNeighbours, chosen}; `chosen`: the answer that the chat goes on with.
  show({ answer, versions }, settings) {
    this.settings = settings;
    const isOther = answer !== this.answer;
    this.answer = answer;
    this.#parts.model.textContent = settings.modelName(answer.model);
    this.element.id = `message-${answer.id}`;
    this.element.ariaLabel = `Answer of ${settings.modelName(answer.model)}`;
    this.#versions.show(versions, answer);
    if (isOther) this.#text.show(answer, settings.isLast || answer.state === "running");
    else if (this.#state === "running" && answer.state !== "running") this.#text.end(answer);
    else if (this.#state !== "running" && answer.state === "running") this.#text.show(answer, true);
    this.#state = answer.state;
    this.#showState();
  }

  append(text, reasoning) {
    this.#parts.waiting.hidden = true;
    this.#text.append(text, reasoning);
  }

  #showState() {
    const { answer, settings } = this;
    const { waiting, state, facts } = this.#parts;
    const isRunning = answer.state === "running";
    const isCut = answer.state === "complete" && answer.finish_reason === "length";
    this.element.dataset.state = answer.state;
    waiting.hidden = !isRunning || Boolean(answer.content || answer.reasoning);
    state.textContent = settings.hasNeighbours && settings.chosen === answer.id ? CHOSEN : (STATES[answer.state] ?? (isCut ? CUT : ""));
    facts.replaceChildren(...factsLine(answer.facts ?? {}).map(fact));
    this.#show("stop", isRunning && settings.hasNeighbours);
    const isFailed = answer.state === "failed";
    this.#show("continue", (isCut || ENDED_EARLY.has(answer.state)) && Boolean(answer.content) && !settings.isTemporary);
    this.#show("copy", Boolean(answer.content));
    this.#show("choose", settings.isLast && settings.hasNeighbours && !settings.chosen && !isRunning && !isFailed);
    this.#show("branch", !settings.isLast && !isFailed);
    this.#parts.actions.hidden = isRunning;
    this.#showNotice();
  }

  #showNotice() {
    clearTimeout(this.#countdown);
    const { notice, "notice-text": text, retry, another } = this.#parts;
    const { answer } = this;
    const isFailed = answer.state === "failed";
    notice.hidden = !isFailed && answer.state !== "interrupted";
    if (notice.hidden) return;
    const problem = explain(answer);
    notice.classList.toggle("notice--danger", isFailed);
    notice.classList.toggle("notice--warning", !isFailed);
    text.textContent = isFailed ? problem.text : INTERRUPTED;
    retry.hidden = isFailed && !problem.canRetry;
    another.hidden = !isFailed;
    another.classList.toggle("button--primary", problem.wantsAnotherModel);
    if (isFailed) this.#waitToRetry(problem.retryAt);
  }

  // Not before the time that the other side named.
  #waitToRetry(at) {
    const { retry } = this.#parts;
    const seconds = Math.ceil((at - Date.now()) / 1000);
    retry.disabled = seconds > 0;
    retry.textContent = seconds > 0 ? `Try again in ${seconds} s` : "Try again";
    if (seconds > 0) this.#countdown = setTimeout(() => this.#waitToRetry(at), 1000);
  }

  #show(action, isShown) {
    for (const button of this.element.querySelectorAll(`[data-action=${action}]`)) button.hidden = !isShown;
  }

  async #copy(button) {
    const isCopied = await copy(this.answer.content, button);
    if (!isCopied) getSelection().selectAllChildren(this.#parts.text);
    this.#act(isCopied ? "copied" : "selected");
  }

  #act(action, value) {
    const detail = { action, message: this.answer, value };
    this.element.dispatchEvent(new CustomEvent("act", { bubbles: true, detail }));
  }
}

function fact(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}
