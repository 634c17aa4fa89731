// Says in words what can only be seen, for who listens to the page.

export class Announcer {
  #element;

  constructor(element) {
    this.#element = element;
  }

  say(text) {
    // The same words twice are only heard twice if they are new.
    this.#element.replaceChildren();
    setTimeout(() => (this.#element.textContent = text), 50);
  }
}
