// Where each block of an answer stands on the page. An item stands in its list and a row in its table.

import { emptyCodeBox } from "./code.js";
import { GrowingCode } from "./growing-code.js";
import { highlightSoon } from "./highlight.js";
import { blocksOf, cellsOf, formulaBlock, itemOf, linkEarlier, listElement, tableElement } from "./nodes.js";
import { patch } from "./patch.js";
import { completed } from "./unfinished.js";

// From so many rows on a row is shown when it is whole: each change of a table lays out all of it.
const MANY_ROWS = 50;
// Each time is a look at all that came before.
const MOST_LOOKS_BACK = 100;

const MAKE = {
  item: ({ raw }, past) => itemOf(raw, past),
  head: ({ table }, past) => row(cellsOf(table.head, "", past)),
  row: ({ raw, table }, past) => row(cellsOf(table.head, raw, past)),
  formula: ({ raw }, past) => wrapped(formulaBlock(raw, past)),
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
  #looksBack = 0;

  constructor(root, past) {
    this.#root = root;
    this.#past = past;
  }

  // For good: its place is never changed after this, but for links that say later where they lead.
  finish(block) {
    const place = this.#placeOf(block);
    this.#open.delete(block.id);
    if (block.kind === "fence") {
      place.code.finish(block.raw.replace(/\n$/, ""));
      return;
    }
    const known = Object.keys(this.#past.links).length;
    this.#change(place, make(block, this.#past));
    if (Object.keys(this.#past.links).length > known && this.#looksBack < MOST_LOOKS_BACK) {
      this.#looksBack += 1;
      linkEarlier(this.#root, this.#past.links);
    }
    for (const box of place.element.querySelectorAll(".answer__code")) {
      highlightSoon(box.querySelector("code"), box.dataset.language);
    }
  }

  // For now: what is shown after the finished blocks is these.
  show(blocks) {
    for (const id of this.#open.keys()) {
      if (!blocks.some((block) => block.id === id)) this.#removeFrom(id);
    }
    const past = this.#past.copy();
    for (const block of blocks) {
      if (block.kind === "formula" || this.#isInLongTable(block)) continue;
      const place = this.#placeOf(block);
      if (block.kind === "fence") place.code.show(block.raw.replace(/\n$/, ""));
      else this.#change(place, make({ ...block, raw: completed(block.raw) }, past));
    }
  }

  #placeOf(block) {
    const within = block.list?.id ?? block.table?.id ?? null;
    const open = this.#open.get(block.id);
    if (open && open.kind === block.kind && open.within === within && open.info === block.info) return open;
    // What was shown for now has become something else, and so has what follows it.
    this.#removeFrom(block.id);
    const isCode = block.kind === "fence";
    const element = isCode ? emptyCodeBox(block.info) : document.createElement("i");
    const code = isCode ? new GrowingCode(element) : null;
    const place = { kind: block.kind, info: block.info, within, element, code };
    this.#parentOf(block).append(element);
    this.#open.set(block.id, place);
    return place;
  }

  #isInLongTable({ kind, table }) {
    return kind === "row" && this.#tables.get(table.id)?.body.childElementCount > MANY_ROWS;
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
