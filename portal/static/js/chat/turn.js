// One question with its answers side by side. Where they have no room beside each other one is seen at a time, and tabs
// say which.

import { LaneView } from "./lane.js";
import { QuestionView } from "./question.js";
import { copyOf, keepInPlace, partsOf } from "./template.js";

export class TurnView {
  #parts;
  #question;
  #lanes = new Map();
  #observer;

  constructor() {
    this.element = copyOf("chat-turn");
    this.#parts = partsOf(this.element);
    this.#question = new QuestionView(this.element.querySelector(".question"), this.#parts);
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), {
      root: this.#parts.lanes,
      threshold: 0.6,
    });
  }

  // `settings`: as for a lane, and {dropped}: the models that no longer see what is above.
  show(turn, settings) {
    this.question = turn.question;
    this.#question.show(turn);
    this.#showDropped(settings.dropped);
    this.#remove(turn);
    for (const lane of turn.lanes) this.#lane(lane.lane).show(lane, { ...settings, hasNeighbours: turn.lanes.length > 1 });
    keepInPlace(this.#parts.lanes, turn.lanes.map(({ lane }) => this.#lanes.get(lane).element));
    this.element.dataset.lanes = turn.lanes.length;
    this.#showTabs(turn, settings);
  }

  focusVersions(step) {
    this.#question.focusVersions(step);
  }

  append(message, text, reasoning) {
    for (const lane of this.#lanes.values()) if (lane.answer === message) lane.append(text, reasoning);
  }

  #lane(number) {
    if (!this.#lanes.has(number)) this.#lanes.set(number, new LaneView());
    const view = this.#lanes.get(number);
    this.#observer.observe(view.element);
    return view;
  }

  #remove(turn) {
    for (const [number, view] of this.#lanes) {
      if (turn.lanes.some(({ lane }) => lane === number)) continue;
      view.element.remove();
      this.#lanes.delete(number);
    }
  }

  #showDropped(models) {
    const { dropped, "dropped-text": text } = this.#parts;
    dropped.hidden = !models;
    if (models) text.textContent = `${models} no longer sees the messages above: its context is full.`;
  }

  #showTabs({ lanes }, { modelName }) {
    const { tabs } = this.#parts;
    tabs.hidden = lanes.length < 2;
    if (tabs.hidden) return tabs.replaceChildren();
    while (tabs.children.length > lanes.length) tabs.lastChild.remove();
    lanes.forEach(({ lane, answer }, place) => {
      const tab = tabs.children[place] ?? tabs.appendChild(copyOf("chat-tab"));
      partsOf(tab).name.textContent = modelName(answer.model);
      tab.dataset.state = answer.state;
      tab.onclick = () => this.#lanes.get(lane).element.scrollIntoView({ block: "nearest", inline: "start", behavior: "smooth" });
    });
  }

  #seen(entries) {
    const places = [...this.#parts.lanes.children];
    for (const { target, isIntersecting } of entries) {
      const tab = this.#parts.tabs.children[places.indexOf(target)];
      if (tab) tab.ariaCurrent = isIntersecting ? "true" : null;
    }
  }
}
