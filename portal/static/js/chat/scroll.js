// Keeps the end in sight while it grows, for as long as that is where the person looks.

const CLOSE_PX = 64;

export class Scroll {
  #scroll;
  #messages;
  #toEnd;
  #follows = true;
  #top = 0;

  constructor({ scroll, messages, "to-end": toEnd }) {
    this.#scroll = scroll;
    this.#messages = messages;
    this.#toEnd = toEnd;
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    toEnd.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#grown()).observe(messages);
    new ResizeObserver(() => this.#grown()).observe(scroll);
  }

  toEnd() {
    this.#follows = true;
    this.#grown();
  }

  #isWithin(pixels) {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight <= pixels;
  }

  // Only who scrolls up looks away, by however small a step, and whoever comes back near the end follows again. That the
  // text grew in the meantime is no wish to stay behind; where it got shorter the end itself moved up.
  #scrolled() {
    const { scrollTop } = this.#scroll;
    if (scrollTop < this.#top) this.#follows = this.#isWithin(1);
    else if (scrollTop > this.#top && this.#isWithin(CLOSE_PX)) this.#follows = true;
    this.#top = scrollTop;
    this.#show();
  }

  #grown() {
    // A new chat begins at its top.
    if (this.#follows && this.#messages.childElementCount) {
      this.#scroll.scrollTop = this.#scroll.scrollHeight;
      // The event of it comes only after the next step of the person.
      this.#top = this.#scroll.scrollTop;
    }
    this.#show();
  }

  #show() {
    this.#toEnd.hidden = this.#follows || this.#isWithin(CLOSE_PX);
  }
}
