// The thoughts and the text of one answer: plain as long as it is far away, then drawn, then growing as it is written.

import { MarkdownView } from "./markdown.js";
import { noLonger, whenNear } from "./near.js";
import { ThoughtsView } from "./thoughts.js";

// Below the heading that names the model.
const HEADING_LEVEL = 3;

export class AnswerText {
  #parts;
  #text = null;
  #thoughts = null;
  #isThinking = false;
  #thinksSince = null;

  constructor(parts) {
    this.#parts = parts;
  }

  // `isNow`: it is being written, or looked at, and can't wait until it is near.
  show(message, isNow) {
    noLonger(this.#parts.text);
    this.#text = this.#thoughts = this.#thinksSince = null;
    this.#isThinking = false;
    this.#parts.thoughts.replaceChildren();
    this.#parts.text.textContent = message.content;
    if (isNow) this.#draw(message);
    else whenNear(this.#parts.text, () => this.#draw(message));
  }

  append(text, reasoning) {
    if (!this.#text) return;
    if (reasoning) this.#think(reasoning);
    if (text) this.#endThoughts();
    if (text) this.#text.append(text);
  }

  // What is shown in the end is what is kept, also where something was missed on the way.
  end(message) {
    if (!this.#text) return;
    const thought = this.#thoughts?.text ?? "";
    if (message.reasoning.startsWith(thought)) this.#think(message.reasoning.slice(thought.length));
    this.#endThoughts();
    this.#text.replace(message.content);
    this.#text.end();
  }

  #draw(message) {
    this.#parts.text.textContent = "";
    this.#text = new MarkdownView(this.#parts.text, { headingLevel: HEADING_LEVEL });
    if (message.reasoning) {
      this.#thoughts = new ThoughtsView(this.#parts.thoughts);
      this.#thoughts.append(message.reasoning);
      this.#isThinking = true;
      if (message.content) this.#endThoughts();
    }
    this.#text.replace(message.content);
    if (message.state !== "running") this.end(message);
  }

  #think(text) {
    if (!text) return;
    this.#isThinking = true;
    this.#thinksSince ??= performance.now();
    this.#thoughts ??= new ThoughtsView(this.#parts.thoughts);
    this.#thoughts.append(text);
  }

  // How long it thought is known only to who saw it.
  #endThoughts() {
    if (!this.#isThinking) return;
    this.#isThinking = false;
    this.#thoughts.end(this.#thinksSince === null ? undefined : (performance.now() - this.#thinksSince) / 1000);
  }
}
