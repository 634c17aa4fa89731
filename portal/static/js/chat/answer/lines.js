// What a line of Markdown is, by its beginning. https://spec.commonmark.org/ and https://github.github.com/gfm/

const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}>/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*)$/;
const ITEM = /^( *)([-+*]|\d{1,9}[.)])([ \t]+|$)/;
const HTML =
  /^ {0,3}(?:<!--|<\/?(?:address|article|aside|base|blockquote|body|center|dd|details|dialog|div|dl|dt|embed|fieldset|figure|footer|form|frame|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|math|menu|meta|nav|object|ol|optgroup|option|p|pre|script|section|select|style|summary|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|ul|video)(?:[\s/>]|$))/i;
const FORMULA = /^ {0,3}(\$\$|\\\[)(.*)$/;
const DELIMITER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const CLOSERS = { $$: "$$", "\\[": "\\]" };
const MAX_COLUMNS = 60;
const CODE_INDENT = 4;

// Tabs at the beginning count as far as the next multiple of four.
function untabbed(line) {
  if (!line.includes("\t")) return line;
  return line.replace(/^[ \t]+/, (space) => {
    let width = 0;
    for (const one of space) width += one === "\t" ? 4 - (width % 4) : 1;
    return " ".repeat(width);
  });
}

// `kind` is paragraph, heading, rule, quote, fence, item, html, formula or indented; `indent` is in spaces.
export function classify(text) {
  const line = untabbed(text);
  const indent = line.search(/[^ ]/);
  if (indent >= CODE_INDENT) return { kind: "indented", indent, item: itemOf(line) };
  const fence = FENCE.exec(line);
  if (fence) return { kind: "fence", indent, marker: fence[2], info: fence[3].trim() };
  if (HEADING.test(line)) return { kind: "heading", indent };
  if (RULE.test(line)) return { kind: "rule", indent };
  if (QUOTE.test(line)) return { kind: "quote", indent };
  const item = itemOf(line);
  if (item) return { kind: "item", indent, item };
  if (HTML.test(line)) return { kind: "html", indent };
  const formula = FORMULA.exec(line);
  const closer = formula && CLOSERS[formula[1]];
  if (formula && !formula[2].includes(closer)) return { kind: "formula", indent, closer };
  return { kind: "paragraph", indent };
}

function itemOf(line) {
  const found = ITEM.exec(line);
  if (!found) return null;
  const [, before, marker, after] = found;
  const isEmpty = found[0].length === line.length;
  // Five spaces and more after the marker begin indented code inside the item.
  const gap = isEmpty || after.length > CODE_INDENT ? 1 : after.length;
  const ordered = marker.length > 1;
  return {
    offset: before.length + marker.length + gap,
    type: marker.at(-1),
    ordered,
    start: ordered ? Number.parseInt(marker, 10) : null,
    isEmpty,
  };
}

export function isBlank(line) {
  return !/\S/.test(line);
}

// Whether the line ends a paragraph before it.
export function interrupts(line) {
  if (line.kind === "item") return !line.item.isEmpty && (!line.item.ordered || line.item.start === 1);
  return line.kind !== "paragraph" && line.kind !== "indented";
}

export function isUnderline(line) {
  return /^ {0,3}(?:=+|-+)[ \t]*$/.test(line);
}

export function closesFence(line, marker) {
  const found = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line);
  return Boolean(found) && found[1][0] === marker[0] && found[1].length >= marker.length;
}

// Whether the two lines begin a table.
export function isTable(header, delimiter) {
  if (!header.includes("|") || !DELIMITER.test(delimiter)) return false;
  const columns = cells(header);
  return columns === cells(delimiter) && columns <= MAX_COLUMNS;
}

function cells(line) {
  return line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "").split(/(?<!\\)\|/).length;
}

// A line that is only the beginning of something, and would be taken for something else.
export function isUndecided(line) {
  return /^\s*(?:[#>*+=_~`|$\\-]+|\d{1,9}[.)]?|<[^>]*|[-+*]\s+(?:\[[ xX]?\]?)?|(?:```|~~~).*)?\s*$/.test(line);
}

export function outdented(line, columns) {
  const text = untabbed(line);
  return text.slice(Math.min(columns, Math.max(text.search(/[^ ]/), 0)));
}
