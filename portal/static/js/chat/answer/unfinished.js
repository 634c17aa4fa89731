// Completes what is half written at the end of a text, so that it looks while it arrives as it will look then.

import { isTooWild } from "./grammar.js";

const FENCE = /^ *(?:```|~~~)/gm;
const LONGEST_FORMULA = 600;
// Longer paragraphs, and wilder ones, are shown as they are.
const LONGEST = 4000;
const DELIMITERS = "*_~";

export function completed(text) {
  if ((text.match(FENCE)?.length ?? 0) % 2) return text;
  const start = Math.max(text.lastIndexOf("\n\n") + 2, 0);
  const begin = start === 1 ? 0 : start;
  if (text.length - begin > LONGEST || isTooWild(text.slice(begin))) return text;
  return text.slice(0, begin) + completedInline(text.slice(begin));
}

function completedInline(whole) {
  const text = whole.trimEnd().replace(/<[a-z/!][^<>]{0,80}$/i, "").replace(/[*_~`\\]+$/, "");
  const open = [];
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at];
    if (one === "`") {
      const run = /^`+/.exec(text.slice(at))[0];
      const end = closing(text, run, at + run.length);
      if (end < 0) return at + run.length < text.length ? text + run + closers(open) : text.slice(0, at) + closers(open);
      at = end + run.length - 1;
    } else if (one === "$" || (one === "\\" && "([".includes(text[at + 1]))) {
      const end = formulaEnd(text, at);
      if (end < 0) return text.slice(0, at).trimEnd() + closers(open);
      at = end;
    } else if (one === "\\") at += 1;
    else if (one === "[" || (one === "!" && text[at + 1] === "[")) {
      const end = linkEnd(text, at);
      if (end === null) return text.slice(0, at) + closers(open);
      if (typeof end === "string") return text.slice(0, at) + completedInline(end) + closers(open);
      at = end;
    } else if (DELIMITERS.includes(one)) {
      const run = /^(?:\*+|_+|~+)/.exec(text.slice(at))[0];
      note(open, run, text[at - 1] ?? " ", text[at + run.length] ?? " ");
      at += run.length - 1;
    }
  }
  return text + closers(open);
}

function note(open, run, before, after) {
  const opened = open.lastIndexOf(run);
  if (opened >= 0 && /\S/.test(before)) open.length = opened;
  else if (/\S/.test(after) && !(run[0] !== "*" && /\w/.test(before)) && !(run === "~")) open.push(run);
}

function closers(open) {
  return open.reverse().join("");
}

function closing(text, run, from) {
  let end = text.indexOf(run, from);
  while (end >= 0 && (text[end + run.length] === "`" || text[end - 1] === "`")) end = text.indexOf(run, end + run.length);
  return end;
}

// Where the formula that may begin here ends; -1 while it has no end; its own place where it is none.
function formulaEnd(text, at) {
  const rest = text.slice(at, at + LONGEST_FORMULA);
  const closed = /^(?:\$\$[^]*?\$\$|\\\([^]*?\\\)|\\\[[^]*?\\\]|\$(?![\s$])[^$]*?[^\s$\\]\$(?![\w$]))/.exec(rest);
  if (closed) return at + closed[0].length - 1;
  if (rest.length === LONGEST_FORMULA) return at;
  // A dollar alone is mostly money.
  const isFormula = rest[0] === "\\" || rest.startsWith("$$") || /^\$[^\s$][^$]*[\\^_{=][^$]*$/.test(rest) || rest === "$";
  return isFormula ? -1 : at;
}

// Where the link that begins here ends; its words while the address is not there; null where nothing can be shown yet.
function linkEnd(text, at) {
  const isPicture = text[at] === "!";
  const bracket = text.indexOf("]", at);
  if (bracket < 0) return isPicture ? null : text.slice(at + 1);
  const words = text.slice(at + 1, bracket);
  const rest = text.slice(bracket + 1);
  if (rest.startsWith("(") && !rest.includes(")")) return isPicture ? null : words;
  if (!rest && isPicture) return null;
  return at + (isPicture ? 1 : 0);
}
