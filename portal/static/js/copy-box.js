/** `<copy-box>`: its button copies the text of the element marked `data-copy-text`. */
const SHOWN_FOR_MS = 2500;

class CopyBox extends HTMLElement {
  #timer;

  connectedCallback() {
    const button = this.querySelector("[data-copy]") ?? this.querySelector("button");
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    const text = this.querySelector("[data-copy-text]");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // The clipboard is closed to pages without TLS and to people who refused it: the text is selected instead.
      getSelection().selectAllChildren(text);
      this.dataset.selected = "";
      this.say("Selected. Copy it with Ctrl+C or ⌘C.");
      return;
    }
    delete this.dataset.selected;
    this.dataset.copied = "";
    this.say("Copied");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      delete this.dataset.copied;
      this.say("");
    }, SHOWN_FOR_MS);
  }

  say(text) {
    this.querySelector("[role=status]").textContent = text;
  }
}

customElements.define("copy-box", CopyBox);
