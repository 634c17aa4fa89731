// A question as it was asked, its versions, and changing it. What a person wants is told with `act` events, as by a lane.

import { copy } from "./clipboard.js";
import { fitHeight, isSend } from "./composer.js";
import { Versions } from "./versions.js";

export class QuestionView {
  #parts;
  #versions;

  constructor(element, parts) {
    this.element = element;
    this.#parts = parts;
    this.#versions = new Versions(parts, (choice) => this.#act("show", choice));
    const { edit, draft, cancel } = parts;
    element.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-action]");
      if (button?.dataset.action === "edit") this.#open();
      if (button?.dataset.action === "copy") this.#copy(button);
    });
    edit.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    draft.addEventListener("input", () => fitHeight(draft));
    draft.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close(event);
      else if (isSend(event)) this.#ask(event);
    });
    cancel.addEventListener("click", () => this.#close());
  }

  show({ question, versions }) {
    this.question = question;
    this.element.id = `message-${question.id}`;
    this.#parts.text.textContent = question.content;
    this.#versions.show(versions, question);
  }

  focusVersions(step) {
    this.#versions.focus(step);
  }

  #open() {
    const { text, edit, draft, actions } = this.#parts;
    draft.value = this.question.content;
    text.hidden = actions.hidden = true;
    edit.hidden = false;
    this.element.classList.add("question--open");
    fitHeight(draft);
    draft.focus();
  }

  #close(event) {
    // Esc is spent here, and stops no answer.
    event?.stopPropagation();
    const { text, edit, actions } = this.#parts;
    edit.hidden = true;
    text.hidden = actions.hidden = false;
    this.element.classList.remove("question--open");
    actions.querySelector("[data-action=edit]").focus();
  }

  #ask(event) {
    event?.preventDefault();
    const content = this.#parts.draft.value.trim();
    if (!content) return;
    this.#act("ask-again", content);
  }

  async #copy(button) {
    const isCopied = await copy(this.question.content, button);
    if (!isCopied) getSelection().selectAllChildren(this.#parts.text);
    this.#act(isCopied ? "copied" : "selected");
  }

  #act(action, value) {
    const detail = { action, message: this.question, value };
    this.element.dispatchEvent(new CustomEvent("act", { bubbles: true, detail }));
  }
}
