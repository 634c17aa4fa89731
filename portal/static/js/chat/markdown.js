// A model's answer, shown while it arrives.
//
//   const view = new MarkdownView(element);
//   view.append(text)    more of the answer, in pieces of any size
//   view.replace(text)   the whole answer so far; what is shown already stays where it is
//   view.end()           nothing more comes
//   view.text            everything so far, as the model wrote it
//   view.isPainted       whether all of it is on the page; long texts are painted over some frames
//
// Finished blocks are never touched again; the last one is made anew at most once per frame.

import { Blocks } from "./answer/blocks.js";
import { paintNever, paintSoon } from "./answer/frames.js";
import { Past } from "./answer/nodes.js";
import { Places } from "./answer/places.js";

const BUDGET_MS = 16;
// An open block that takes long to make is made less often, so that it never takes more than a part of the time.
const REST = 6;

export class MarkdownView {
  #element;
  #headingLevel;
  #text = "";
  #blocks;
  #places;
  #isEnded = false;
  #restsUntil = 0;
  #isPainted = true;

  // Headings of the answer begin at `headingLevel`, so that they fit below those of the page.
  constructor(element, { headingLevel = 3 } = {}) {
    this.#element = element;
    this.#headingLevel = headingLevel;
    element.classList.add("answer");
    this.#clear();
  }

  get text() {
    return this.#text;
  }

  get isPainted() {
    return this.#isPainted;
  }

  append(text) {
    if (!text) return;
    this.#text += text;
    this.#blocks.feed(text);
    this.#isEnded = false;
    this.#isPainted = false;
    paintSoon(this);
  }

  replace(text) {
    if (this.#isEnded || !text.startsWith(this.#text)) this.#clear();
    this.append(text.slice(this.#text.length));
    this.#paintNow();
  }

  end() {
    this.#isEnded = true;
    this.#paintNow();
  }

  // Called with the frame: as much as there is time for; false where more is left to do.
  paint(mayGoOn) {
    const isRead = this.#blocks.read(mayGoOn);
    if (isRead && this.#isEnded) this.#blocks.end();
    for (const block of this.#blocks.takeFinished()) {
      this.#places.finish(block);
      if (!mayGoOn()) return false;
    }
    if (!isRead) return false;
    this.#isPainted = this.#showOpen();
    return this.#isPainted;
  }

  #paintNow() {
    const until = performance.now() + BUDGET_MS;
    this.#restsUntil = 0;
    if (this.paint(() => performance.now() < until)) paintNever(this);
    else paintSoon(this);
  }

  #showOpen() {
    const begun = performance.now();
    if (begun < this.#restsUntil) return false;
    this.#places.show(this.#blocks.open());
    this.#restsUntil = performance.now() + REST * (performance.now() - begun);
    return true;
  }

  #clear() {
    this.#text = "";
    this.#isEnded = false;
    this.#blocks = new Blocks();
    this.#element.replaceChildren();
    this.#places = new Places(this.#element, new Past(this.#headingLevel));
  }
}
