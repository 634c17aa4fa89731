// Where the question is written. What was written is only taken away by who asks it, and is kept over a reload.
//
// Events: `ask` {content}, `stop`, `write` {content}.

const DRAFT = "chat-draft";
const isTouch = matchMedia("(hover: none) and (pointer: coarse)");

// Enter sends, but neither while an input method composes nor on a phone, where it is the only way to a new line.
export function isSend(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return false;
  return event.ctrlKey || event.metaKey || !isTouch.matches;
}

// Where CSS can't do it (`field-sizing`).
export function fitHeight(textarea) {
  if (CSS.supports("field-sizing", "content")) return;
  textarea.style.height = "auto";
  textarea.style.height = `${textarea.scrollHeight}px`;
}

export class Composer extends EventTarget {
  #parts;
  #isRunning = false;
  #key = null;

  constructor(parts) {
    super();
    this.#parts = parts;
    const { composer, text, stop, problem } = parts;
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    text.addEventListener("keydown", (event) => {
      if (!isSend(event)) return;
      event.preventDefault();
      this.#ask();
    });
    text.addEventListener("input", () => this.#wrote());
    stop.addEventListener("click", () => this.#tell("stop"));
    problem.querySelector("[data-action=dismiss]").addEventListener("click", () => this.complain(""));
    // Somewhere beside the controls: the whole box is where one writes.
    composer.addEventListener("click", ({ target }) => target.closest("button, textarea, select, input, a, dialog, [role]") ?? text.focus());
  }

  get content() {
    return this.#parts.text.value;
  }

  set content(value) {
    this.#parts.text.value = value;
    this.#wrote();
  }

  // Each conversation has a draft of its own; `null`: this one is not kept.
  open(key) {
    this.#key = key && `${DRAFT}:${key}`;
    this.#parts.text.value = (this.#key && sessionStorage.getItem(this.#key)) || "";
    this.complain("");
    this.#wrote();
  }

  // The conversation got its name: what is written from now on is its draft.
  rename(key) {
    if (this.#key) sessionStorage.removeItem(this.#key);
    this.#key = key && `${DRAFT}:${key}`;
    this.#wrote();
  }

  // What could not be asked comes back, unless something else was begun.
  giveBack(content) {
    if (!this.content.trim()) this.content = content;
  }

  complain(text) {
    const { problem, "problem-text": place } = this.#parts;
    problem.hidden = !text;
    place.textContent = text;
  }

  focus() {
    if (!isTouch.matches) this.#parts.text.focus({ preventScroll: true });
  }

  set running(isRunning) {
    const { send, stop } = this.#parts;
    const hadFocus = [send, stop].includes(document.activeElement);
    this.#isRunning = isRunning;
    send.hidden = isRunning;
    stop.hidden = !isRunning;
    if (hadFocus) (isRunning ? stop : this.#parts.text).focus();
  }

  #wrote() {
    const { text, send } = this.#parts;
    fitHeight(text);
    send.ariaDisabled = String(!text.value.trim());
    if (this.#key && text.value) sessionStorage.setItem(this.#key, text.value);
    else if (this.#key) sessionStorage.removeItem(this.#key);
    this.#tell("write", { content: text.value });
  }

  #ask() {
    const content = this.content.trim();
    if (content && !this.#isRunning) this.#tell("ask", { content });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
