"""What an operator wrote about a model, as HTML that can do nothing."""

from markdown_it import MarkdownIt
from markupsafe import Markup

LOWEST_HEADING = 6
# The page has headings of the first two levels itself.
HEADING_SHIFT = 2

# HTML stays text. Pictures from elsewhere are not loaded: they would tell somebody who reads this page.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def rendered(text: str) -> Markup:
    """https://markdown-it-py.readthedocs.io/en/latest/security.html"""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + HEADING_SHIFT, LOWEST_HEADING)}"
        # Alignment of a column is an inline style, which our policy refuses.
        token.attrs.pop("style", None)
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener nofollow")
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704 - made by the line above
