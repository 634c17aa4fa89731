// Markdown as models write it: GitHub's, line breaks kept, and formulas. https://marked.js.org/

import { Lexer, Marked } from "/static/vendor/marked.js";

// Between dollars a formula neither begins nor ends with a space, and no digit or letter touches it: "$5 and $10".
const FORMULAS = [
  [/^\$\$((?:[^$\\]|\\[^])+?)\$\$/, true],
  [/^\\\[((?:[^\\]|\\[^\]])+?)\\\]/, true],
  [/^\\\(((?:[^\\]|\\[^)])+?)\\\)/, false],
  [/^\$(?![\s$])((?:[^$\\]|\\[^])*?(?:[^\s$\\]|\\[^]))\$(?![\w$])/, false],
];
// What takes time that grows faster than the text is shown as it is written.
const MAX_DEPTH = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])(?:[ \t]|(?=>))){20}|^ {80,}(?:[-+*]|\d{1,9}[.)]) /m;
const MAX_RUNS = 400;
const MAX_WORD = /(?:^|\s)\S{4000}/;

const formula = {
  name: "formula",
  level: "inline",
  start: (text) => {
    const at = text.search(/\$|\\[([]/);
    return at < 0 ? undefined : at;
  },
  tokenizer(text) {
    for (const [pattern, display] of FORMULAS) {
      const found = pattern.exec(text);
      if (found) return { type: "formula", raw: found[0], text: found[1], display };
    }
    // A dollar that begins no formula, together with what is before the next one, so that "US$5" is left alone.
    const other = /^\$[\w.,]*/.exec(text);
    return other ? { type: "text", raw: other[0], text: other[0] } : undefined;
  },
};

// Where `[label]` leads. Markdown takes such lines out of the text, and others that only look alike, such as
// "[Anna]: hello"; here every line stays where the model wrote it.
const DEFINITION = /^[ \t>]{0,12}\[([^\][\n]{1,200})\]:[ \t]*<?((?:https?:|mailto:)[^\s<>]+)/gim;
const tokenizer = { def: () => undefined };

const marked = new Marked({ gfm: true, breaks: true }, { extensions: [formula], tokenizer });

export function labelOf(text) {
  return text.trim().toLowerCase().replace(/\s+/g, " ");
}

// `links` are the definitions known so far, by label, and are added to: the first of each counts.
export function tokensOf(text, links) {
  for (const [, label, href] of text.matchAll(DEFINITION)) links[labelOf(label)] ??= { href };
  const lexer = new Lexer(marked.defaults);
  lexer.tokens.links = links;
  return lexer.lex(text);
}

export function isTooWild(text) {
  return (
    MAX_WORD.test(text) ||
    MAX_DEPTH.test(text) ||
    [/[*_]+/g, /~+/g, /[[\]]/g, /`+/g, /[<&]/g, /\$/g, /@/g].some((run) => (text.match(run)?.length ?? 0) > MAX_RUNS)
  );
}
