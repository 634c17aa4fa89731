"""What models write, as the chat shows it: whole or in pieces, and never more than text, whatever it is."""

from pathlib import Path

import pytest
from accessibility import assert_accessible
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


STREAMED = """async (texts) => {
  const { MarkdownView } = await import("/static/js/chat/markdown.js");
  const ends = [];
  for (const text of texts) {
    const element = document.querySelector("#answer").appendChild(document.createElement("div"));
    const view = new MarkdownView(element);
    const size = Math.ceil(text.length / 10);
    for (let at = 0; at < text.length; at += size) {
      view.append(text.slice(at, at + size));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    view.end();
    while (!view.isPainted) await new Promise((resolve) => requestAnimationFrame(resolve));
    ends.push([element.textContent.trim().slice(-20), element.scrollWidth <= element.clientWidth]);
    element.remove();
  }
  return ends;
}"""


@pytest.mark.req("C7")
def test_wild_text_is_shown_to_its_end_and_stays_in_its_column(answers: Page) -> None:
    """`page` also fails on any script error."""
    long = {name: text for name, text in WILD.items() if len(text) > 1000}

    shown = dict(zip(long, answers.evaluate(STREAMED, list(long.values())), strict=True))

    assert {name for name, (_, fits) in shown.items() if not fits} == set()
    assert shown["one line of a megabyte"][0].split()[-3:] == ["word", "word", "word"]
    assert shown["a megabyte without a space"][0] == "x" * 20
    assert shown["quotes in quotes with spaces"][0].endswith("> deep")
    assert shown["half an address"][0].endswith("a.@")
    assert shown["empty lines"][0] == "end"
    assert shown["stars"][0] == "*" * 20


@pytest.mark.req("C7")
def test_what_is_half_written_shows_no_marks(answers: Page) -> None:
    """Marks that come and go make a text flicker; a price is no formula that has not ended yet."""
    halves = {
        "It is **very impor": "It is very impor",
        "It is **very**": "It is very",
        "Some *emph": "Some emph",
        "Call `print(": "Call print(",
        "See [the manu": "See the manu",
        "See [the manual](https://exa": "See the manual",
        "The mean $\\bar{x} = \\frac{1}": "The mean",
        "It costs $5 and": "It costs $5 and",
        "A text\n#": "A text",
        "A text\n-": "A text",
        "A text\n```pyth": "A text",
        "A text <kb": "A text",
        "![A cat](https://exam": "",
    }
    shown = answers.evaluate(
        """async (texts) => {
          const { MarkdownView } = await import("/static/js/chat/markdown.js");
          return texts.map((text) => {
            const element = document.createElement("div");
            new MarkdownView(element).replace(text);
            return element.textContent.trim();
          });
        }""",
        list(halves),
    )

    assert dict(zip(halves, shown, strict=True)) == halves


LONG_AGO = "".join(f"Paragraph {number} says [one][{number}].\n\n" for number in range(40))
DEFINED = {
    "See [the docs][1].\n\n[1]: https://example.org/ref\n": ("See the docs.", "https://example.org/ref"),
    "See [the docs].\n\n- and [a list][THE  docs]\n\n[the docs]: <https://example.org/ref> 'Docs'\n": (
        "and a list",
        "https://example.org/ref",
    ),
    "See [**the** docs][1] in `a[0][1]`.\n[1]: https://example.org/ref": ("a[0][1]", "https://example.org/ref"),
    LONG_AGO + "[39]: https://example.org/ref": ("says one.", "https://example.org/ref"),
    "[Anna]: hello\n[Ben]: bye\n[Anna]: and more\n": ("[Anna]: hello\n[Ben]: bye\n[Anna]: and more", None),
    "Said:\n\n[Anna]: hello\n\n[Anna]: again 'and' more\n": ("[Anna]: again 'and' more", None),
    "> [Anna]: quoted\n\n- [Ben]: listed\n": ("[Ben]: listed", None),
    "[x]: javascript:alert(1)\n\n[x]": ("[x]: javascript:alert(1)", None),
    "[x]: /operator\n\n[x][x]": ("[x]: /operator", None),
    "[^1]: A note.": ("[^1]: A note.", None),
}
READ = """async ([text, size]) => {
  const { MarkdownView } = await import("/static/js/chat/markdown.js");
  const element = document.body.appendChild(document.createElement("div"));
  const view = new MarkdownView(element);
  for (let at = 0; at < text.length; at += size) {
    view.append(text.slice(at, at + size));
    view.paint(() => true);
  }
  view.end();
  while (!view.isPainted) await new Promise((resolve) => requestAnimationFrame(resolve));
  const seen = [element.innerText, [...element.querySelectorAll("a")].map((link) => link.href)];
  element.remove();
  return seen;
}"""


@pytest.mark.req("C7")
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("text", DEFINED)
def test_definitions_of_links_and_what_looks_like_them_stay_in_sight(answers: Page, text: str, size: int) -> None:
    said, address = DEFINED[text]

    shown, links = answers.evaluate(READ, [text, size])

    assert said in shown
    assert set(links) == ({address} if address else set())
    assert not address or address in shown


@pytest.mark.req("C7")
def test_no_word_of_a_definition_vanishes(answers: Page) -> None:
    """Whatever is there twice, follows text or is only half of a definition."""
    lines = ["[a]: one", "[a]: two", "text", "[b]: <three>", '[c]: four "five"', "[d]:", "six", "[A]: seven"]
    text = "\n".join(lines) + "\n\n" + "\n\n".join(lines)

    for size in (1, 5, 10_000):
        shown, _ = answers.evaluate(READ, [text, size])
        for word in ("one", "two", "text", "three", "four", "five", "six", "seven"):
            assert shown.count(word) == 2, (word, size, shown)


@pytest.mark.req("C7")
def test_finished_blocks_are_left_alone_while_more_arrives(answers: Page) -> None:
    answers.evaluate("""async () => {
      const { MarkdownView } = await import("/static/js/chat/markdown.js");
      const element = document.querySelector("#answer");
      window.view = new MarkdownView(element);
      view.replace("The first paragraph.\\n\\n1. One\\n2. Two\\n\\n| a |\\n|---|\\n| b |\\n\\nThe last one");
      getSelection().selectAllChildren(element.querySelector("p"));
      window.changed = 0;
      const observer = new MutationObserver((records) => (changed += records.length));
      for (const block of [...element.children].slice(0, -1)) {
        observer.observe(block, { subtree: true, childList: true, characterData: true, attributes: true });
      }
    }""")
    answers.evaluate("view.append(' goes on, with **more** of it.\\n\\n- And a list\\n- of two')")
    expect(answers.locator("#answer ul li")).to_have_count(2)
    answers.evaluate("view.end()")

    assert answers.evaluate("getSelection().toString()") == "The first paragraph."
    assert answers.evaluate("changed") == 0
    expect(answers.locator("#answer > *")).to_have_count(5)


@pytest.mark.req("C7")
def test_sample_answer_is_complete_and_accessible(answers: Page) -> None:
    answer = answers.locator("#answer")

    expect(answer.locator("h2, h3")).to_have_text(["What to look at", "Code", "A table", "Formulas"])
    expect(answer.locator("math")).to_have_count(5)
    expect(answer.locator("code", has_text="\\frac{1").first).to_be_visible()
    expect(answer.get_by_role("img", name="Done")).to_have_count(1)
    expect(answer.locator("td[data-align=right]").first).to_have_text("$0.10")
    expect(answer.locator("copy-box").nth(1).locator(".tok-k").first).to_have_text("import")
    expect(answer.get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(answer.get_by_text("Folded away")).to_be_hidden()
    remote = answer.get_by_role("link", name="A cat on a keyboard Open from example.org")
    expect(remote).to_have_attribute("target", "_blank")
    expect(answer.get_by_role("img", name="A dot")).to_have_js_property("naturalWidth", 10)
    assert_accessible(answers)
    answers.set_viewport_size({"width": 390, "height": 800})
    # The styles of a narrow window apply a moment after its size does.
    answers.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.req("C7")
def test_code_is_copied_as_it_was_written_and_can_be_wrapped(answers: Page) -> None:
    answers.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box = answers.locator("copy-box[data-language=python]")

    box.get_by_role("button", name="Copy the code").click()
    expect(box.get_by_role("status")).to_have_text("Copied")

    code = SAMPLE.partition("```python\n")[2].partition("\n```")[0]
    assert answers.evaluate("navigator.clipboard.readText()") == code
    wrap = box.get_by_role("button", name="Wrap")
    wrap.click()
    expect(wrap).to_have_attribute("aria-pressed", "true")
    expect(box.locator("pre")).to_have_css("white-space", "pre-wrap")


@pytest.mark.req("C7")
def test_thoughts_are_folded_and_say_how_long_they_took(answers: Page) -> None:
    answers.evaluate("""async () => {
      const { ThoughtsView } = await import("/static/js/chat/thoughts.js");
      window.thoughts = new ThoughtsView(document.querySelector("#thoughts"));
      thoughts.append("I look at it *closely*.");
    }""")
    label = answers.locator("#thoughts summary")
    expect(label).to_have_text("Thinking…")

    answers.evaluate("thoughts.end(71.6)")

    expect(label).to_have_text("Thought for 1 min 12 s")
    expect(answers.get_by_text("I look at it")).to_be_hidden()
    label.press("Enter")
    expect(answers.locator("#thoughts em")).to_be_visible()
