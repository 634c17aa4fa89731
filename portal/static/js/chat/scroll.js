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

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < CLOSE_PX;
  }

  // Only who scrolls up looks away: that the text grew in the meantime is no wish to stay behind.
  #scrolled() {
    const { scrollTop } = this.#scroll;
    if (this.#isAtEnd()) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    this.#show();
  }

  #grown() {
    // A new chat begins at its top.
    if (this.#follows && this.#messages.childElementCount) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#show();
  }

  #show() {
    this.#toEnd.hidden = this.#follows || this.#isAtEnd();
  }
}
