"""What axe-core finds on a page, https://github.com/dequelabs/axe-core."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# What the colours decide; everything else is the same in both schemes.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


def assert_accessible(page: Page) -> None:
    """In light and, as far as it differs, in dark."""
    # Reduced motion: a colour on its way to another one has no contrast of its own.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = _violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    found += _violations(page, RULES_OF_COLOUR)
    assert not found, found


def _violations(page: Page, rules: list[str]) -> list[tuple[str, ...]]:
    # What had begun to move before motion was reduced moves on: a drawer half open lies over half of a text.
    page.evaluate("Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [(one["id"], one["help"], [node["target"] for node in one["nodes"]]) for one in found]
