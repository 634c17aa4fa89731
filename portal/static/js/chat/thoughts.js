// What a model thought before it answered: folded, and open to who wants to read it.
//
//   const thoughts = new ThoughtsView(element);   // an empty element
//   thoughts.append(text); thoughts.end(12.3);    // seconds, or nothing where they are not known

import { MarkdownView } from "./markdown.js";

export class ThoughtsView {
  #label;
  #view;

  constructor(element) {
    const details = document.createElement("details");
    details.className = "thoughts";
    const summary = document.createElement("summary");
    summary.className = "thoughts__summary";
    this.#label = document.createElement("span");
    this.#label.className = "thoughts__label";
    this.#label.textContent = "Thinking…";
    this.#label.dataset.running = "";
    summary.append(this.#label);
    const text = document.createElement("div");
    text.className = "thoughts__text";
    details.append(summary, text);
    element.replaceChildren(details);
    this.#view = new MarkdownView(text);
  }

  get text() {
    return this.#view.text;
  }

  append(text) {
    this.#view.append(text);
  }

  end(seconds) {
    this.#view.end();
    delete this.#label.dataset.running;
    this.#label.textContent = Number.isFinite(seconds) ? `Thought for ${duration(seconds)}` : "Thoughts";
  }
}

function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
