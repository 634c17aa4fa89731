/**
 * The choice of light, dark or system.
 * It is loaded before the first paint, so it applies the choice at once and brings the switch to life later.
 */
const STORE = "theme";
const SYSTEM = "system";

function readChoice() {
  try {
    return localStorage.getItem(STORE) ?? SYSTEM;
  } catch {
    return SYSTEM;
  }
}

function keepChoice(choice) {
  try {
    localStorage.setItem(STORE, choice);
  } catch {
    // Storage can be forbidden; the choice then lasts for this page.
  }
}

function apply(choice) {
  const root = document.documentElement;
  if (choice === SYSTEM) delete root.dataset.theme;
  else root.dataset.theme = choice;

  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const { scheme } = meta.dataset;
    if (choice === SYSTEM) meta.media = `(prefers-color-scheme: ${scheme})`;
    else meta.media = scheme === choice ? "all" : "not all";
  }
}

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.show(readChoice());
    this.addEventListener("change", (event) => {
      keepChoice(event.target.value);
      apply(event.target.value);
    });
    // Another tab of the same browser chose.
    addEventListener("storage", (event) => {
      if (event.key !== STORE) return;
      apply(readChoice());
      this.show(readChoice());
    });
  }

  show(choice) {
    for (const radio of this.querySelectorAll("input")) radio.checked = radio.value === choice;
  }
}

function defineSwitch() {
  customElements.define("theme-switch", ThemeSwitch);
}

apply(readChoice());
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", defineSwitch, { once: true });
else defineSwitch();
