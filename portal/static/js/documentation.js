/** `<model-choice>`: the code on the page follows the chosen model, and so does the address. */
class ModelChoice extends HTMLElement {
  connectedCallback() {
    this.querySelector("select").addEventListener("change", (event) => this.choose(event.target.value));
  }

  choose(model) {
    for (const name of document.querySelectorAll('[data-model="chat"]')) name.textContent = model;
    history.replaceState(null, "", `?${new URLSearchParams({ model })}${location.hash}`);
  }
}

customElements.define("model-choice", ModelChoice);

/** Marks what is being read in the contents. */
const links = new Map([...document.querySelectorAll(".documentation__contents a")].map((link) => [link.hash.slice(1), link]));
const seen = new Set();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    const first = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) id === first ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  },
  { rootMargin: "-10% 0px -60%" },
);
for (const topic of document.querySelectorAll(".documentation__topic")) observer.observe(topic);
