// `‹ 2/3 ›`: moves between the versions of a question or an answer.

export class Versions {
  #parts;
  #ids = [];
  #at = 0;

  // `parts`: the element with its buttons; `onChoice` gets the id of the version to be shown, and the step to it.
  constructor(parts, onChoice) {
    this.#parts = parts;
    const go = (step) => {
      const id = this.#ids[this.#at + step];
      if (id) onChoice({ id, step });
    };
    parts.before.addEventListener("click", () => go(-1));
    parts.after.addEventListener("click", () => go(1));
    parts.versions.addEventListener("keydown", ({ key }) => {
      if (key === "ArrowLeft") go(-1);
      if (key === "ArrowRight") go(1);
    });
  }

  focus(step) {
    this.#parts[step < 0 ? "before" : "after"].focus();
  }

  show(versions, shown) {
    const { versions: element, before, after, place } = this.#parts;
    this.#ids = versions.map(({ id }) => id);
    this.#at = versions.indexOf(shown);
    element.hidden = versions.length < 2;
    place.textContent = `${this.#at + 1}/${versions.length}`;
    // Not `disabled`, which would take the focus away from under a finger that presses on.
    before.ariaDisabled = String(this.#at === 0);
    after.ariaDisabled = String(this.#at === versions.length - 1);
  }
}
