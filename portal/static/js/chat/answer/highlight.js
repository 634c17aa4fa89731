// Colours for code, in the classes that /documentation uses too (css/highlight.css). https://highlightjs.readthedocs.io/

// Longer code stays in one colour: it would take longer than a frame.
export const MAX_HIGHLIGHTED = 20_000;
const CLASSES = {
  addition: "tok-gi",
  attr: "tok-na",
  attribute: "tok-na",
  built_in: "tok-nb",
  bullet: "tok-k",
  char: "tok-s",
  code: "tok-s",
  comment: "tok-c",
  deletion: "tok-gd",
  doctag: "tok-c",
  keyword: "tok-k",
  literal: "tok-kc",
  meta: "tok-nd",
  name: "tok-k",
  number: "tok-mi",
  property: "tok-na",
  quote: "tok-c",
  regexp: "tok-s",
  section: "tok-nf",
  "selector-class": "tok-nc",
  "selector-id": "tok-nc",
  "selector-tag": "tok-k",
  string: "tok-s",
  symbol: "tok-mi",
  tag: "tok-nt",
  "template-tag": "tok-k",
  title: "tok-nf",
  type: "tok-nb",
  variable: "tok-nv",
};
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

let library = null;
let loading = null;
const waiting = new Map();

function load() {
  loading ??= import("/static/vendor/highlight.js").then((module) => {
    library = module.default;
  });
  return loading;
}

// Colours the text of the element when the browser has nothing better to do.
export function highlightSoon(element, language) {
  if (!language || element.textContent.length > MAX_HIGHLIGHTED) return;
  if (!waiting.size) load().then(whenIdle);
  waiting.set(element, language);
}

function whenIdle() {
  requestIdleCallback(work, { timeout: 300 });
}

function work() {
  const next = waiting.entries().next();
  if (next.done) return;
  const [element, language] = next.value;
  waiting.delete(element);
  highlight(element, language);
  if (waiting.size) whenIdle();
}

// False where nothing was done.
export function highlight(element, language) {
  const text = element.textContent;
  if (!library) {
    load();
    return false;
  }
  if (text.length > MAX_HIGHLIGHTED || !library.getLanguage(language)) return false;
  element.replaceChildren(nodesOf(library.highlight(text, { language, ignoreIllegals: true }).value));
  return true;
}

// The library answers with HTML of only spans and five entities, which is read here without the browser's parser.
function nodesOf(html) {
  const nodes = document.createDocumentFragment();
  let place = nodes;
  for (const [piece, scope] of html.matchAll(/<span class="([^"]*)">|<\/span>|[^<]+/g)) {
    if (piece === "</span>") place = place.parentNode;
    else if (scope === undefined) place.append(piece.replace(/&(?:amp|lt|gt|quot|#x27);/g, (one) => ENTITIES[one]));
    else {
      const span = document.createElement("span");
      span.className = CLASSES[/(?:hljs|language)-([\w-]+)/.exec(scope)?.[1]] ?? "";
      place.append(span);
      place = span;
    }
  }
  return nodes;
}

export const highlightingDone = async () => {
  await loading;
  while (waiting.size) await new Promise((resolve) => requestIdleCallback(resolve));
};
