/** `<bar-chart>`: says the day under the pointer in its head, instead of the sum. */
class BarChart extends HTMLElement {
  connectedCallback() {
    this.readout = this.querySelector("[data-readout]");
    this.summary = this.readout.textContent;
    const picture = this.querySelector("svg");
    // The browser's own tip would say the same a second later.
    for (const title of picture.querySelectorAll("title")) title.remove();
    picture.addEventListener("pointermove", (event) => this.show(event.target.closest("[data-bar]")));
    picture.addEventListener("pointerdown", (event) => this.show(event.target.closest("[data-bar]")));
    picture.addEventListener("pointerleave", () => this.show(null));
  }

  show(bar) {
    if (bar === this.chosen) return;
    this.chosen?.removeAttribute("data-chosen");
    this.chosen = bar;
    bar?.setAttribute("data-chosen", "");
    this.readout.textContent = bar ? bar.dataset.bar : this.summary;
  }
}

customElements.define("bar-chart", BarChart);
