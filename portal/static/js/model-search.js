/**
 * `<model-search>`: shows what is found while somebody types or chooses, with the server's own page.
 * The address follows, so that it can be shared and gone back to.
 */
const PAUSE_MS = 200;

class ModelSearch extends HTMLElement {
  #timer;
  #request;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.searchSoon());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.search(this.formAddress());
    });
    this.addEventListener("click", (event) => {
      const kind = event.target.closest(".choices__choice");
      if (!kind || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.form.elements.mode.value = new URL(kind.href).searchParams.get("mode") ?? "";
      this.search(this.formAddress(), kind.textContent);
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  searchSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.search(this.formAddress()), PAUSE_MS);
  }

  formAddress() {
    const fields = [...new FormData(this.form)].filter(([, value]) => value.trim());
    const query = new URLSearchParams(fields).toString();
    return query ? `?${query}` : location.pathname;
  }

  async search(address, focused) {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = new AbortController();
    try {
      const answer = await fetch(address, { signal: this.#request.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const results = page.querySelector("[data-results]");
      if (!answer.ok || !results) throw new Error(`answered ${answer.status}`);
      this.show(results, focused);
      history.replaceState(null, "", address);
    } catch (error) {
      // Another search has begun; anything else is for the page itself to say.
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  show(results, focused) {
    this.querySelector("[data-results]").replaceWith(results);
    this.querySelector("[data-status]").textContent = this.querySelector("[data-count]").textContent;
    if (focused) [...this.querySelectorAll(".choices__choice")].find((one) => one.textContent === focused)?.focus();
  }
}

customElements.define("model-search", ModelSearch);
