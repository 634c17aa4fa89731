// The thoughts and the text of one answer: plain as long as it is far away, then drawn, then growing as it is written.

import { MarkdownView, ThoughtsView } from "./markdown.js";
import { noLonger, whenNear } from "./near.js";

export class AnswerText {
  #parts;
  #text = null;
  #thoughts = null;

  constructor(parts) {
    this.#parts = parts;
  }

  // `isNow`: it is being written, or looked at, and can't wait until it is near.
  show(message, isNow) {
    noLonger(this.#parts.text);
    this.#text = this.#thoughts = null;
    this.#parts.thoughts.replaceChildren();
    this.#parts.text.textContent = message.content;
    if (isNow) this.#draw(message);
    else whenNear(this.#parts.text, () => this.#draw(message));
  }

  append(text, reasoning) {
    if (!this.#text) return;
    if (reasoning) this.#thoughtsView().append(reasoning);
    if (text && this.#thoughts) this.#thoughts.end();
    if (text) this.#text.append(text);
  }

  // What is shown in the end is what is kept, also where something was missed on the way.
  end(message) {
    if (!this.#text) return;
    if (message.reasoning) {
      this.#thoughtsView().replace(message.reasoning);
      this.#thoughts.end();
    }
    this.#text.replace(message.content);
    this.#text.end();
  }

  #draw(message) {
    this.#parts.text.textContent = "";
    this.#text = new MarkdownView(this.#parts.text);
    if (message.reasoning) this.#thoughtsView().replace(message.reasoning);
    this.#text.replace(message.content);
    if (message.state === "running") return;
    this.#thoughts?.end();
    this.#text.end();
  }

  #thoughtsView() {
    this.#thoughts ??= new ThoughtsView(this.#parts.thoughts);
    return this.#thoughts;
  }
}
