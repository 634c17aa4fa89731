// Cuts an answer into blocks while it arrives, so that what is finished is never looked at again.
//
// A block is decided by whole lines alone (of a very long line, by pieces of a fixed length), never by how the text came
// in: an answer in any pieces gives the same blocks. Items of a list and rows of a table are blocks of their own.

import { classify, closesFence, interrupts, isBlank, isTable, isUnderline, isUndecided, outdented } from "./lines.js";

const MAX_PIECE = 1000;
// A block that grows beyond it is ended; what follows begins another one. Code has no bound.
export const MAX_BLOCK = 16_000;

export class Blocks {
  #finished = [];
  #block = null;
  #blanks = "";
  #list = null;
  #table = null;
  #inbox = "";
  #at = 0;
  #isMidLine = false;
  #count = 0;

  feed(text) {
    this.#inbox = this.#inbox.slice(this.#at) + text;
    this.#at = 0;
  }

  // Reads what has arrived; false where `mayGoOn` said no before all was read.
  read(mayGoOn = () => true) {
    for (let count = 1; ; count += 1) {
      const end = this.#pieceEnd();
      if (end < 0) return true;
      this.#take(clean(this.#inbox.slice(this.#at, end)));
      this.#at = end;
      if (count % 50 === 0 && !mayGoOn()) return false;
    }
  }

  end() {
    this.read();
    this.#takeRest();
    this.#close();
    this.#list = this.#table = null;
  }

  // The blocks that have been finished, one by one; who stops early gets the others the next time.
  *takeFinished() {
    const blocks = this.#finished;
    let taken = 0;
    try {
      while (taken < blocks.length) yield blocks[taken++];
    } finally {
      this.#finished = blocks.slice(taken);
    }
  }

  // The blocks that are not finished, as they would be if the text ended here.
  open() {
    const ahead = new Blocks();
    ahead.#block = this.#block && { ...this.#block };
    ahead.#blanks = this.#blanks;
    ahead.#list = this.#list;
    ahead.#table = this.#table;
    ahead.#isMidLine = this.#isMidLine;
    ahead.#count = this.#count;
    ahead.#inbox = this.#inbox.slice(this.#at, this.#at + MAX_PIECE);
    if (this.#isMidLine || !isUndecided(ahead.#inbox)) ahead.#takeRest();
    return ahead.#block ? [...ahead.#finished, ahead.#block] : ahead.#finished;
  }

  #takeRest() {
    const rest = clean(this.#inbox.slice(this.#at));
    this.#inbox = "";
    this.#at = 0;
    if (rest) this.#take(rest);
    this.#isMidLine = false;
  }

  // Where the next piece that can't change any more ends, or -1.
  #pieceEnd() {
    const newline = this.#inbox.slice(this.#at, this.#at + MAX_PIECE).search(/[\r\n]/);
    if (newline >= 0) {
      const end = this.#at + newline + 1;
      if (this.#inbox[end - 1] === "\n") return end;
      // After a carriage return the newline may still be on its way.
      if (end === this.#inbox.length) return -1;
      return this.#inbox[end] === "\n" ? end + 1 : end;
    }
    if (this.#inbox.length - this.#at <= MAX_PIECE) return -1;
    const end = this.#at + MAX_PIECE;
    // The two halves of a character stay together.
    return /[\uD800-\uDBFF]/.test(this.#inbox[end - 1]) ? end - 1 : end;
  }

  #take(piece) {
    const isContinued = this.#isMidLine && this.#block;
    this.#isMidLine = !piece.endsWith("\n");
    if (isContinued) this.#extend(piece);
    else this.#line(piece);
  }

  #line(text) {
    const bare = text.endsWith("\n") ? text.slice(0, -1) : text;
    const block = this.#block;
    if (block?.kind === "fence") this.#inFence(bare, text);
    else if (isBlank(bare)) this.#blank(text);
    else if (block?.kind === "formula") this.#inFormula(bare, text);
    else if (!this.#goesOn(bare, text)) {
      this.#close();
      this.#start(bare, text);
    }
  }

  #inFence(bare, text) {
    if (closesFence(bare, this.#block.marker)) this.#close();
    else this.#block.raw += outdented(text, this.#block.indent);
  }

  #inFormula(bare, text) {
    this.#extend(text);
    if (bare.includes(this.#block.closer)) this.#close();
  }

  #blank(text) {
    const block = this.#block;
    if (block?.kind === "item" || block?.kind === "indented") {
      if (this.#blanks.length < MAX_PIECE) this.#blanks += text;
      return;
    }
    // A formula has no empty lines: this was something else.
    if (block?.kind === "formula") block.kind = "paragraph";
    this.#close();
    this.#list = this.#table = null;
  }

  // Takes the line where it belongs to the open block.
  #goesOn(bare, text) {
    const block = this.#block;
    if (!block) return false;
    const line = classify(bare);
    if (block.kind === "paragraph") return this.#inParagraph(line, bare, text);
    const goesOn =
      block.kind === "html" ||
      (block.kind === "quote" && (line.kind === "quote" || !interrupts(line))) ||
      (block.kind === "indented" && line.kind === "indented") ||
      (block.kind === "item" && this.#isInItem(line));
    if (goesOn) {
      const blanks = this.#blanks;
      this.#blanks = "";
      this.#extend(blanks + (block.kind === "item" ? outdented(text, block.offset) : text));
    }
    return goesOn;
  }

  #isInItem(line) {
    if (line.indent >= this.#block.offset) return true;
    // Models nest by two spaces, whatever the width of the marker above.
    if (line.item) return line.indent >= this.#block.indent + 2;
    return !this.#blanks && !interrupts(line);
  }

  #inParagraph(line, bare, text) {
    const block = this.#block;
    const header = block.raw.slice(block.raw.lastIndexOf("\n", block.raw.length - 2) + 1);
    if (isTable(header, bare)) {
      block.raw = block.raw.slice(0, -header.length);
      if (block.raw) this.#close();
      this.#block = null;
      const table = { id: this.#count, head: header + text };
      this.#open({ kind: "head", raw: "", table });
      this.#close();
      this.#table = table;
      return true;
    }
    if (isUnderline(bare)) {
      this.#extend(text);
      this.#close();
      return true;
    }
    if (interrupts(line)) return false;
    this.#extend(text);
    return true;
  }

  #start(bare, text) {
    const line = classify(bare);
    const [list, table] = [this.#list, this.#table];
    this.#list = this.#table = null;
    if (line.kind === "fence") {
      this.#open({ kind: "fence", raw: "", marker: line.marker, info: line.info, indent: line.indent });
    } else if (line.kind === "item") {
      const { item } = line;
      const isNext = list?.type === item.type;
      this.#list = isNext ? list : { id: this.#count, type: item.type, ordered: item.ordered, start: item.start };
      const raw = text.slice(bare.length < item.offset ? bare.length : item.offset);
      this.#open({ kind: "item", raw, indent: line.indent, offset: item.offset, list: this.#list });
    } else if (table && !interrupts(line)) {
      this.#table = table;
      this.#open({ kind: "row", raw: text, table });
    } else {
      this.#open({ kind: line.kind, raw: text, closer: line.closer });
    }
  }

  #open(block) {
    this.#block = { id: this.#count, ...block };
    this.#count += 1;
  }

  #extend(text) {
    const block = this.#block;
    if (block.kind === "fence") {
      block.raw += text;
    } else if (block.raw.length + text.length > MAX_BLOCK) {
      this.#close();
      this.#list = this.#table = null;
      this.#open({ kind: "paragraph", raw: text });
    } else {
      block.raw += text;
    }
  }

  #close() {
    if (this.#block) this.#finished.push(this.#block);
    this.#block = null;
    this.#blanks = "";
  }
}

// NUL can't be stored or shown; one kind of line ends is enough for the rest of us.
function clean(text) {
  return text.replace(/\0/g, "\uFFFD").replace(/\r\n?/g, "\n");
}
