// HTML in an answer: some harmless elements are shown as what they are, everything else as it is written, so that a
// model can speak of `<div onclick>` without a word getting lost. What is shown as HTML has passed two locks: every tag
// is on a list before anything reads it, and DOMPurify makes the nodes. https://github.com/cure53/DOMPurify

import createPurify from "/static/vendor/purify.js";

const HTML_TAGS =
  "abbr b blockquote br caption cite code dd del details dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead tr u ul var wbr";
const MATH_TAGS =
  "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics annotation";
const MATH_ATTRIBUTES =
  "accent accentunder align columnalign columnlines columnspacing depth display displaystyle encoding fence form height linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowalign rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width xmlns";
// No class, style, id or name, so nothing looks like ours or is found in place of ours; no address, so nothing is loaded.
const ALLOWED = {
  html: { ALLOWED_TAGS: HTML_TAGS.split(" "), ALLOWED_ATTR: ["colspan", "rowspan", "open", "start"] },
  math: {
    ALLOWED_TAGS: ["span", ...MATH_TAGS.split(" ")],
    ALLOWED_ATTR: MATH_ATTRIBUTES.split(" "),
    ALLOWED_NAMESPACES: ["http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xhtml"],
  },
};
const ALWAYS = { ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true };
// One tag without attributes, in a line of text.
const INLINE = /^<(\/?)(b|br|del|em|i|ins|kbd|mark|q|s|small|strong|sub|sup|u|var|wbr)\s*\/?>$/i;

// Every tag of a block: a name of the list, and no attribute but the few allowed ones.
const TAG = new RegExp(
  `^</?(?:${HTML_TAGS.replaceAll(" ", "|")})(?:\\s+(?:colspan|rowspan|open|start)(?:="?\\d{0,3}"?)?)*\\s*/?>`,
  "i",
);

const purify = createPurify(window);

// `kind` is html or math.
export function cleaned(text, kind) {
  return purify.sanitize(text, { ...ALWAYS, ...ALLOWED[kind] });
}

// The nodes of a block of HTML, or null where something in it is to be shown as it is written.
export function htmlBlock(text) {
  const withoutComments = text.replace(/<!--[^]*?-->/g, "");
  const isHarmless = withoutComments.split("<").slice(1).every((rest) => TAG.test(`<${rest}`));
  return isHarmless ? cleaned(withoutComments, "html") : null;
}

// {name, closes} of a tag that a line of text may have.
export function inlineTag(text) {
  const found = INLINE.exec(text);
  return found && { name: found[2].toLowerCase(), closes: found[1] === "/" };
}
