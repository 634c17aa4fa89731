"""What models write, as the chat shows it: whole or in pieces, and never more than text, whatever it is."""

from pathlib import Path

import pytest
from platform_run import Platform
from playwright.sync_api import Browser, Page, expect
from xss_vectors import VECTORS

pytestmark = [pytest.mark.browser]

SAMPLE = (Path(__file__).parents[2] / "portal" / "templates" / "dev_answer.md").read_text()
WILD = {
    "one line of a megabyte": "word " * 200_000,
    "a megabyte without a space": "x" * 1_000_000,
    "quotes in quotes": ">" * 10_000,
    "quotes in quotes with spaces": "> " * 10_000 + "deep",
    "lists in lists": "- " * 5_000 + "deep",
    "lists that are indented": "".join(" " * (2 * depth) + "- a\n" for depth in range(150)),
    "open brackets": "[" * 10_000,
    "open pictures": "![a](" * 5_000,
    "stars": "*" * 20_000,
    "stars in words": "*a**b " * 5_000,
    "half an address": "a." * 10_000 + "@",
    "unclosed everything": "**bold *both `code [link](http://x ![pic $x^2 \\( ~~gone <div><b>",
    "unclosed code": "```python\nprint(1)\n",
    "unclosed formula": "$$\nx = \\frac{1}{2\n",
    "empty lines": "\n" * 100_000 + "end",
    "table of many rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 1_000,
    "table of many columns": "|a" * 500 + "\n" + "|-" * 500,
    "NUL and halves of characters": "a\0b (high half) c (low half) d 😀 e",
    "marks that turn text around": "user\u202etxt.exe\u2066 and \u200bzero\u200d width\ufeff",
    "line ends of all kinds": "a\r\nb\rc\n\r\n- d\r\n- e\r```\rcode\r\n```",
    "dollars": "$5 and $10, US$3, $x$, 5$ and 6$, $a b$c, $$",
    "markers only": "#\n-\n1.\n>\n|\n```\n~~~\n$$\n***\n===\n---\n<\n&\n\\",
}
# Pieces as a network might cut them: each string of sizes is used again and again.
CUTS = [[1], [2, 3, 1], [7, 1, 40], [3, 64, 5], [400, 1]]

SHOW = """async ([texts, cuts]) => {
  const { MarkdownView } = await import("/static/js/chat/markdown.js");
  const { formulasReady } = await import("/static/js/chat/answer/formulas.js");
  const { highlightingDone } = await import("/static/js/chat/answer/highlight.js");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const shown = async (write) => {
    const element = document.createElement("div");
    document.body.append(element);
    const view = new MarkdownView(element);
    await write(view);
    view.end();
    while (!view.isPainted) await frame();
    await formulasReady();
    await highlightingDone();
    const html = element.outerHTML;
    element.remove();
    return html;
  };
  const differences = [];
  texts = texts.map((text) => text.replaceAll("(high half)", "\\ud800").replaceAll("(low half)", "\\udc00"));
  for (const text of texts) {
    const whole = await shown((view) => view.replace(text));
    for (const sizes of cuts) {
      const pieces = await shown(async (view) => {
        // However long the text is, it is looked at some thirty times.
        const every = Math.ceil(text.length / sizes.reduce((sum, size) => sum + size) * sizes.length / 30);
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length];
          view.append(text.slice(at, at + size));
          at += size;
          if (turn % every === 0) view.paint(() => true);
        }
      });
      if (pieces !== whole) differences.push({ text: text.slice(0, 60), sizes, whole, pieces });
    }
  }
  return differences.slice(0, 2);
}"""


@pytest.fixture
def answers(platform: Platform, page: Page) -> Page:
    page.goto(f"{platform.portal_url}/dev/answers")
    expect(page.locator("#answer hr")).to_have_count(1)
    return page


@pytest.mark.req("C7")
def test_answer_in_any_pieces_ends_as_the_whole_one(answers: Page) -> None:
    """What somebody sees while it arrives is what they will see when they come back."""
    short = [text for text in WILD.values() if len(text) < 1000]

    assert answers.evaluate(SHOW, [[SAMPLE], CUTS]) == []
    assert answers.evaluate(SHOW, [short, CUTS[:3]]) == []


# Everything that an answer may consist of. A link is looked at closely, the rest by its name.
FOUND = """async ([vectors, isWhole]) => {
  const { MarkdownView } = await import("/static/js/chat/markdown.js");
  const { formulasReady } = await import("/static/js/chat/answer/formulas.js");
  const places = document.body.appendChild(document.createElement("div"));
  places.id = "vectors";
  const views = vectors.map((text) => {
    const view = new MarkdownView(places.appendChild(document.createElement("div")));
    if (isWhole) view.replace(text);
    else for (const one of text) { view.append(one); view.paint(() => true); }
    return view;
  });
  for (const view of views) view.end();
  while (!views.every((view) => view.isPainted)) await new Promise((resolve) => requestAnimationFrame(resolve));
  await formulasReady();
  const clickable = places.querySelectorAll("*");
  for (const element of clickable) for (const name of ["mouseover", "focus", "toggle"]) {
    element.dispatchEvent(new Event(name, { bubbles: true }));
  }
  const names = new Set(), attributes = new Set(), links = new Set(), images = new Set(), classes = new Set();
  for (const element of clickable) {
    // What our own panels of code are made of, without what the model wrote in them.
    if (element.closest(".code__head")) continue;
    names.add(element.localName);
    for (const { name } of element.attributes) attributes.add(name);
    for (const name of element.classList) classes.add(name);
    if (element.localName === "a") links.add(`${new URL(element.href).protocol} ${element.target} ${element.rel}`);
    if (element.localName === "img") images.add(element.src.slice(0, 15));
  }
  const found = { names, attributes, links, images, classes };
  return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, [...values].sort()]));
}"""
ELEMENTS = {
    *("a", "b", "blockquote", "br", "code", "copy-box", "del", "details", "div", "em", "h3", "h4", "i", "kbd", "li"),
    *("ol", "p", "pre", "q", "span", "strong", "sub", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    *("math", "mi", "mn", "mo", "mrow", "mspace", "mstyle", "mtable", "mtd", "mtext", "mtr", "semantics", "mpadded"),
}
ATTRIBUTES = {
    *("aria-label", "class", "data-align", "data-copy-text", "data-done", "data-language", "dir", "href", "open"),
    *("rel", "role", "tabindex", "target", "xmlns"),
    *("mathcolor", "mathbackground", "mathvariant", "width", "height", "scriptlevel", "displaystyle", "display"),
    *("columnalign", "columnspacing", "rowspacing", "stretchy", "fence", "separator", "voffset", "linebreak"),
}


@pytest.mark.req("C7")
@pytest.mark.parametrize("way", ["whole", "in pieces"])
def test_no_answer_runs_scripts_or_loads_from_elsewhere(platform: Platform, chromium: Browser, way: str) -> None:
    """In pieces without our Content-Security-Policy, which must not be what saves us."""
    context = chromium.new_context(bypass_csp=way == "in pieces")
    page = context.new_page()
    calls: list[str] = []
    asked: list[str] = []
    page.expose_function("XSS", lambda: calls.append("XSS"))
    page.on("dialog", lambda dialog: calls.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{platform.portal_url}/dev/answers")
    expect(page.locator("#answer hr")).to_have_count(1)

    found = page.evaluate(FOUND, [VECTORS, way == "whole"])

    assert len(VECTORS) >= 60
    assert set(found["names"]) <= ELEMENTS
    assert set(found["attributes"]) <= ATTRIBUTES
    assert all(name.startswith(("answer", "code", "tok-", "copy-box")) for name in found["classes"])
    assert {link.partition(" ")[0] for link in found["links"]} <= {"http:", "https:", "mailto:"}
    assert all(link.endswith(" _blank noopener noreferrer") for link in found["links"])
    assert found["images"] == []
    assert page.url == f"{platform.portal_url}/dev/answers"
    assert calls == []
    assert [url for url in asked if not url.startswith((platform.portal_url, "data:"))] == []
    context.close()
