// Code that arrives line by line. What is there is not touched, so that a selection in it stays, and long code is laid
// out in parts, so that a new line does not cost more the longer the code is.

import { MAX_HIGHLIGHTED, highlight, highlightSoon } from "./highlight.js";

// Shorter code is coloured again and again while it arrives, with pauses.
const LONGEST_LIVE = 6000;
const LEAST_PAUSE_MS = 300;
const REST = 20;
const PART = 4000;

export class GrowingCode {
  #code;
  #language;
  #shown = "";
  #part = null;
  #restsUntil = 0;

  constructor(box) {
    this.#code = box.querySelector("code");
    this.#language = box.dataset.language;
  }

  show(text) {
    const isLonger = this.#add(text);
    const begun = performance.now();
    if (!isLonger || text.length > LONGEST_LIVE || begun < this.#restsUntil) return;
    highlight(this.#code, this.#language);
    this.#restsUntil = performance.now() + Math.max(LEAST_PAUSE_MS, REST * (performance.now() - begun));
  }

  finish(text) {
    if (text.length > MAX_HIGHLIGHTED) this.#clear();
    this.#add(text);
    if (text.length > MAX_HIGHLIGHTED) return;
    if (this.#part) this.#code.textContent = text;
    highlightSoon(this.#code, this.#language);
  }

  #add(text) {
    if (!text.startsWith(this.#shown)) this.#clear();
    let rest = text.slice(this.#shown.length);
    const isLonger = rest.length > 0;
    this.#shown = text;
    if (text.length <= LONGEST_LIVE && isLonger) {
      this.#code.append(rest);
      return true;
    }
    while (rest) rest = this.#addToPart(rest);
    return isLonger;
  }

  // Parts end with a line, as soon as they are long enough.
  #addToPart(text) {
    if (!this.#part || (this.#part.length >= PART && this.#part.endsLine)) this.#part = this.#newPart();
    const part = this.#part;
    const newline = text.indexOf("\n", Math.max(0, PART - part.length - 1));
    const piece = newline < 0 ? text : text.slice(0, newline + 1);
    part.element.append(piece);
    part.length += piece.length;
    part.endsLine = piece.endsWith("\n");
    return text.slice(piece.length);
  }

  #newPart() {
    const element = document.createElement("span");
    element.className = "answer__part";
    this.#code.append(element);
    return { element, length: 0, endsLine: false };
  }

  #clear() {
    this.#code.textContent = "";
    this.#shown = "";
    this.#part = null;
  }
}
