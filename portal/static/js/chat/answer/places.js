// Where each block of an answer stands on the page. An item stands in its list and a row in its table.

import { codeBox, emptyCodeBox } from "./code.js";
import { highlight, highlightSoon } from "./highlight.js";
import { blocksOf, cellsOf, formulaBlock, itemOf, listElement, tableElement } from "./nodes.js";
import { patch } from "./patch.js";
import { completed } from "./unfinished.js";

// Code that is still arriving is coloured again now and then, as long as that is quick.
const LONGEST_LIVE = 6000;
const LEAST_PAUSE_MS = 300;
const REST = 20;

const MAKE = {
  item: ({ raw }, past) => itemOf(raw, past),
  head: ({ table }, past) => row(cellsOf(table.head, "", past)),
  row: ({ raw, table }, past) => row(cellsOf(table.head, raw, past)),
  formula: ({ raw }, past) => wrapped(formulaBlock(raw, past)),
  fence: ({ raw, info }) => codeBox(raw, info),
};

function make(block, past) {
  return MAKE[block.kind]?.(block, past) ?? wrapped(blocksOf(block.raw, past));
}

function wrapped(nodes) {
  const element = document.createElement("div");
  element.className = "answer__block";
  element.append(nodes);
  return element;
}

function row(cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}

export class Places {
  #root;
  #past;
  #lists = new Map();
  #tables = new Map();
  #open = new Map();

  constructor(root, past) {
    this.#root = root;
    this.#past = past;
  }

  // For good: its place is never changed after this.
  finish(block) {
    const place = this.#placeOf(block);
    if (block.kind === "fence") growCode(place, block.raw);
    else this.#change(place, make(block, this.#past));
    this.#open.delete(block.id);
    const codes = block.kind === "fence" ? [place.element] : place.element.querySelectorAll(".answer__code");
    for (const code of codes) highlightSoon(code.querySelector("code"), code.dataset.language);
  }

  // For now: what is shown after the finished blocks is these.
  show(blocks) {
    for (const id of this.#open.keys()) {
      if (!blocks.some((block) => block.id === id)) this.#removeFrom(id);
    }
    const past = this.#past.copy();
    for (const block of blocks) {
      const place = this.#placeOf(block);
      if (block.kind === "fence") growCode(place, block.raw, true);
      else if (block.kind !== "formula") {
        this.#change(place, make({ ...block, raw: completed(block.raw) }, past));
      }
    }
  }

  #placeOf(block) {
    const within = block.list?.id ?? block.table?.id ?? null;
    const open = this.#open.get(block.id);
    if (open && open.kind === block.kind && open.within === within && open.info === block.info) return open;
    // What was shown for now has become something else, and so has what follows it.
    this.#removeFrom(block.id);
    const element = block.kind === "fence" ? emptyCodeBox(block.info) : document.createElement("i");
    const place = { kind: block.kind, info: block.info, within, element };
    this.#parentOf(block).append(element);
    this.#open.set(block.id, place);
    return place;
  }

  #parentOf({ kind, list, table }) {
    if (list) return this.#listOf(list);
    if (!table) return this.#root;
    if (!this.#root.contains(this.#tables.get(table.id)?.box ?? null)) this.#tables.set(table.id, this.#added(tableElement()));
    return this.#tables.get(table.id)[kind === "head" ? "head" : "body"];
  }

  #listOf({ id, ordered, start }) {
    if (!this.#root.contains(this.#lists.get(id) ?? null)) {
      const element = listElement(ordered, start);
      this.#root.append(element);
      this.#lists.set(id, element);
    }
    return this.#lists.get(id);
  }

  #added(table) {
    this.#root.append(table.box);
    return table;
  }

  #change(place, wanted) {
    if (place.element.cloneNode().isEqualNode(wanted.cloneNode())) patch(place.element, wanted);
    else {
      place.element.replaceWith(wanted);
      place.element = wanted;
    }
  }

  #removeFrom(id) {
    for (const [other, { element }] of this.#open) {
      if (other < id) continue;
      const parent = element.parentNode;
      element.remove();
      if (parent !== this.#root && !parent.hasChildNodes()) parent.closest(".answer__table, ol, ul").remove();
      this.#open.delete(other);
    }
  }
}

// Adds what has arrived, without touching what is there: a selection in it stays.
function growCode(place, raw, isLive = false) {
  const code = place.element.querySelector("code");
  const text = raw.replace(/\n$/, "");
  const shown = place.shown ?? "";
  if (!text.startsWith(shown)) code.textContent = text;
  else if (text.length > shown.length) code.append(text.slice(shown.length));
  place.shown = text;
  const begun = performance.now();
  if (!isLive || text.length > LONGEST_LIVE || begun < (place.restsUntil ?? 0)) return;
  if (text.length > shown.length) highlight(code, place.element.dataset.language);
  place.restsUntil = performance.now() + Math.max(LEAST_PAUSE_MS, REST * (performance.now() - begun));
}
