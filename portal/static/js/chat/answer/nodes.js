// The elements of an answer, made from what Markdown means. No HTML is put together from text: the element names here
// are all there are, and what the model wrote becomes text, or an address that `links.js` has looked at.

import { codeBox } from "./code.js";
import { formula } from "./formulas.js";
import { isTooWild, labelOf, tokensOf } from "./grammar.js";
import { link, picture } from "./links.js";
import { htmlBlock, inlineTag } from "./raw-html.js";

const LOWEST_HEADING = 6;
const REFERENCE = /\[([^\][]+)\](?:\[([^\][]*)\])?/g;
const NO_REFERENCES = "a, code, copy-box, math, .answer__code";

// What earlier blocks mean for later ones: definitions of links, and how deep the headings are.
export class Past {
  links = Object.create(null);
  headings = [];

  constructor(headingLevel) {
    this.headingLevel = headingLevel;
  }

  copy() {
    const copy = new Past(this.headingLevel);
    Object.assign(copy.links, this.links);
    copy.headings = [...this.headings];
    return copy;
  }

  // Headings begin at `headingLevel` and never leave out a level, whatever the model began with.
  level(depth) {
    while (this.headings.at(-1) >= depth) this.headings.pop();
    this.headings.push(depth);
    return Math.min(this.headingLevel + this.headings.length - 1, LOWEST_HEADING);
  }
}

// A fragment with the blocks of a text.
export function blocksOf(text, past) {
  if (isTooWild(text)) return fragment([plain(text)]);
  try {
    return fragment(tokensOf(text, past.links).flatMap((token) => block(token, past)));
  } catch (error) {
    // Nested deeper than the browser's stack.
    if (error instanceof RangeError) return fragment([plain(text)]);
    throw error;
  }
}

// Models write where their links lead at the very end.
export function linkEarlier(root, links) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (walker.currentNode.data.includes("[")) texts.push(walker.currentNode);
  for (const text of texts) {
    if (text.parentElement.closest(NO_REFERENCES)) continue;
    const parts = [];
    let at = 0;
    for (const { 0: whole, 1: name, 2: label, index } of text.data.matchAll(REFERENCE)) {
      const target = links[labelOf(label || name)];
      const element = target && link(target.href);
      if (!element) continue;
      element.append(name);
      parts.push(text.data.slice(at, index), element);
      at = index + whole.length;
    }
    if (at) text.replaceWith(...parts, text.data.slice(at));
  }
}

export function plain(text) {
  return make("p", "answer__plain", [text]);
}

// The cells of one row of the table that begins with `head`; without a row those of the head.
export function cellsOf(head, row, past) {
  if (isTooWild(head + row)) return [make(row ? "td" : "th", "", [row])];
  const [table] = tokensOf(`${head.trimEnd()}\n${row}`, past.links);
  const cells = row ? table.rows?.[0] : table.header;
  return (cells ?? []).map((one) => cell(one));
}

// A formula on lines of its own, and what may follow its end.
export function formulaBlock(text, past) {
  const found = /^\s*(?:\$\$([^]*?)\$\$|\\\[([^]*?)\\\])([^]*)$/.exec(text);
  if (!found) return blocksOf(text, past);
  return fragment([formula((found[1] ?? found[2]).trim(), true), blocksOf(found[3], past)]);
}

function make(name, className, children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function fragment(children) {
  const nodes = document.createDocumentFragment();
  nodes.append(...children);
  return nodes;
}

// Text of any direction, which does not turn around what is beside it.
function prose(name, tokens, past) {
  const element = make(name, "", inline(tokens, past));
  element.dir = "auto";
  return element;
}

const BLOCKS = {
  space: () => [],
  hr: () => [make("hr", "", [])],
  heading: ({ depth, tokens }, past) => [prose(`h${past.level(depth)}`, tokens)],
  paragraph: ({ tokens }) => [prose("p", tokens)],
  text: ({ tokens, text }) => [prose("p", tokens ?? [{ type: "text", text }])],
  blockquote: ({ tokens }, past) => [make("blockquote", "", tokens.flatMap((token) => block(token, past)))],
  code: ({ text, lang }) => [codeBox(text, lang ?? "")],
  html: ({ raw }) => [htmlBlock(raw) ?? plain(raw)],
  list: (token, past) => [list(token, past)],
  table: ({ header, rows }) => [table(header, rows)],
};

function block(token, past) {
  return BLOCKS[token.type]?.(token, past) ?? [plain(token.raw)];
}

function list({ ordered, start, items }, past) {
  const element = listElement(ordered, start);
  for (const { task, checked, tokens } of items) {
    const item = make("li", "", tokens.filter(({ type }) => type !== "checkbox").flatMap((token) => block(token, past)));
    if (task) markTask(item, checked);
    element.append(item);
  }
  return element;
}

export function listElement(ordered, start) {
  const element = document.createElement(ordered ? "ol" : "ul");
  if (ordered && start !== 1 && start !== "") element.start = start;
  return element;
}

// One item of a list of the answer itself; `text` without its marker.
export function itemOf(text, past) {
  const task = /^\[([ xX])\](?:\s+|$)/.exec(text);
  const item = make("li", "", [blocksOf(task ? text.slice(task[0].length) : text, past)]);
  if (task) markTask(item, task[1] !== " ");
  return item;
}

function markTask(item, isDone) {
  item.className = "answer__task";
  const mark = make("span", "answer__mark", []);
  mark.role = "img";
  mark.ariaLabel = isDone ? "Done" : "To do";
  if (isDone) mark.dataset.done = "";
  item.prepend(mark);
}

function table(header, rows) {
  const { box, head, body } = tableElement();
  head.append(make("tr", "", header.map(cell)));
  body.append(...rows.map((row) => make("tr", "", row.map(cell))));
  return box;
}

// Wide tables scroll inside their box, which the keyboard can reach.
export function tableElement() {
  const [head, body] = [document.createElement("thead"), document.createElement("tbody")];
  const box = make("div", "answer__table", [make("table", "", [head, body])]);
  box.tabIndex = 0;
  box.role = "region";
  box.ariaLabel = "Table";
  return { box, head, body };
}

function cell({ header, tokens, align }) {
  const element = prose(header ? "th" : "td", tokens);
  if (align) element.dataset.align = align;
  return element;
}

const INLINE = {
  text: ({ tokens, text }) => (tokens ? inline(tokens) : [unescaped(text)]),
  escape: ({ text }) => [unescaped(text)],
  strong: ({ tokens }) => [make("strong", "", inline(tokens))],
  em: ({ tokens }) => [make("em", "", inline(tokens))],
  del: ({ tokens }) => [make("del", "", inline(tokens))],
  codespan: ({ text }) => [make("code", "", [text])],
  br: () => [make("br", "", [])],
  formula: ({ text, display }) => [formula(text, display)],
  link: ({ href, tokens, raw }) => {
    const element = link(unescaped(href));
    element?.append(...inline(tokens));
    return [element ?? raw];
  },
  image: ({ href, text, raw }) => [picture(unescaped(href), text) ?? raw],
};

function inline(tokens) {
  const top = document.createElement("p");
  let place = top;
  for (const token of tokens) {
    const tag = token.type === "html" && inlineTag(token.raw);
    const opened = tag?.closes && place.closest(tag.name);
    if (opened) place = opened.parentNode;
    else if (!tag || tag.closes) place.append(...(INLINE[token.type]?.(token) ?? [token.raw]));
    else {
      const element = document.createElement(tag.name);
      place.append(element);
      if (tag.name !== "br" && tag.name !== "wbr") place = element;
    }
  }
  return [...top.childNodes];
}

// Entities such as `&nbsp;` that the model wrote; the parser of an inert document knows them all.
const entities = document.implementation.createHTMLDocument("").createElement("textarea");

function unescaped(text) {
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi, (entity) => {
    entities.innerHTML = entity;
    return entities.value;
  });
}
