// Formulas as MathML, which needs no styles of its own. https://katex.org/docs/options

import { cleaned } from "./raw-html.js";

const MAX_LENGTH = 4000;
// A block that is still arriving is made again and again, with the same formulas.
const MAX_KEPT = 300;
const OPTIONS = { output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxSize: 20, maxExpand: 200 };

let katex = null;
let loading = null;
const kept = new Map();

// KaTeX is large, so it is fetched when the first formula is there. It comes as a plain script that sets one global.
function load() {
  loading ??= import("/static/vendor/katex.js").then(() => {
    katex = globalThis.katex;
  });
  return loading;
}

// What KaTeX can't read, and what is too long for it, stays as it was written.
export function formula(tex, display) {
  const element = document.createElement(display ? "div" : "span");
  element.className = display ? "answer__formula answer__formula--display" : "answer__formula";
  if (display) {
    // What scrolls has to be reached by keyboard.
    element.tabIndex = 0;
    element.role = "group";
    element.ariaLabel = "Formula";
  }
  if (katex) fill(element, tex, display);
  else {
    element.textContent = tex;
    if (tex.length <= MAX_LENGTH) load().then(() => fill(element, tex, display));
  }
  return element;
}

function fill(element, tex, display) {
  const key = `${display} ${tex}`;
  const nodes = kept.get(key) ?? read(tex, display);
  kept.delete(key);
  kept.set(key, nodes);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value);
  element.replaceChildren(nodes.cloneNode(true));
}

function read(tex, display) {
  try {
    if (tex.length > MAX_LENGTH) throw new RangeError("too long");
    const math = cleaned(katex.renderToString(tex, { ...OPTIONS, displayMode: display }), "math").querySelector("math");
    math.querySelector("annotation")?.remove();
    return math;
  } catch {
    const source = document.createElement("code");
    source.textContent = tex;
    return source;
  }
}

export const formulasReady = () => loading ?? Promise.resolve();
