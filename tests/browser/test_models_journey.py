"""Choosing a model and copying its code, as a person does it."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from platform_run import Platform
from playwright.sync_api import Page, expect
from portal_server import wait_for_gateway
from published import DOWN, SAMPLES, UP, Shelf, portal_with_shelf
from waiting import wait_until

from litellm_config.catalogue import Card

pytestmark = [pytest.mark.browser, pytest.mark.req("C13")]

DATABASE = 6
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
ABOUT = "# Good at\n\n| Test | Score |\n|:--|--:|\n| MMLU | 86 |\n\n> A quote\n\n```python\nprint(1)\n```\n\n- [A link](https://example.com)"
LLAMA = Card(
    id="meta-llama/Llama-3.3-70B-Instruct",
    name="Llama 3.3 70B",
    description="A good first choice for chat and tools.",
    owned_by="Meta",
    about_content=ABOUT,
    parameters="70B",
    token_limit=131072,
    hf_repo="meta-llama/Llama-3.3-70B-Instruct",
    deploy_url="https://deploy.example/llama",
    input_cost_per_token=0.00000013,
)
GONE = Card(id="gone", name="Gone", owned_by="Nobody")


@pytest.fixture(scope="module")
def models_shelf(platform: Platform) -> Iterator[Shelf]:
    with portal_with_shelf(platform, DATABASE) as shelf:
        wait_for_gateway(shelf.url)
        shelf.put([LLAMA, GONE, *SAMPLES], {LLAMA.id: UP, "gone": DOWN, "sample-chat": UP})
        yield shelf


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [(one["id"], one["help"], [node["target"] for node in one["nodes"]]) for one in found] == []


def test_models_are_found_while_typing_and_the_address_follows(models_shelf, page):
    page.goto(f"{models_shelf.url}/models")
    cards = page.locator(".model-card")
    expect(cards).to_have_count(7)

    page.get_by_label("Search models").fill("sample")
    expect(cards).to_have_count(5)
    page.get_by_role("link", name="Embeddings", exact=True).click()
    expect(cards).to_have_count(1)
    expect(page.get_by_role("link", name="Embeddings", exact=True)).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("1 model of 7")
    expect(page).to_have_url(f"{models_shelf.url}/models?q=sample&mode=embedding")
    page.reload()
    expect(cards).to_have_count(1)
    expect(page.get_by_label("Search models")).to_have_value("sample")

    page.get_by_label("Search models").fill("gone")
    page.get_by_role("link", name="All", exact=True).click()
    expect(cards).to_have_count(1)
    page.get_by_label("Available only").check()
    expect(page.get_by_text("No model matches")).to_be_visible()
    page.get_by_role("link", name="Show all models").click()
    expect(cards).to_have_count(7)


def test_card_leads_to_the_model_and_its_code_is_copied(models_shelf, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{models_shelf.url}/models")
    page.get_by_role("article").filter(has_text="A good first choice").click()
    expect(page.get_by_role("heading", name="Llama 3.3 70B", exact=True)).to_be_visible()

    page.get_by_text("curl", exact=True).click()
    page.get_by_role("button", name="Copy the Call Llama 3.3 70B, curl example").click()

    wait_until(lambda: LLAMA.id in page.evaluate("navigator.clipboard.readText()"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'"model": "{LLAMA.id}"' in copied
    assert copied.startswith(f"curl {models_shelf.url}/api/v1/chat/completions")


def test_code_of_the_documentation_follows_model_and_language(models_shelf, page):
    page.goto(f"{models_shelf.url}/documentation")
    page.get_by_label("Model in the examples").select_option("Sample Chat")
    page.locator("#streaming").get_by_text("JavaScript", exact=True).click()

    for topic in ("chat", "streaming", "timeouts"):
        code = page.locator(f"#{topic} [data-copy-text]:visible")
        expect(code).to_contain_text('model: "sample-chat"')
    expect(page).to_have_url(f"{models_shelf.url}/documentation?model=sample-chat")
    page.reload()
    expect(page.locator("#chat [data-copy-text]:visible")).to_contain_text('model: "sample-chat"')

    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Limits").click()
    expect(page.get_by_role("heading", name="Limits")).to_be_in_viewport()


@pytest.mark.req("C14")
@pytest.mark.parametrize(
    ("scheme", "paths"),
    [
        ("light", ("/models", "/models?q=nothing", "/models/gone", "/documentation")),
        ("dark", ("/models", f"/models/{LLAMA.id}")),
    ],
    ids=["light", "dark"],
)
def test_pages_of_the_models_have_no_accessibility_finding(models_shelf, page, scheme, paths):
    page.emulate_media(color_scheme=scheme)
    for path in paths:
        page.goto(models_shelf.url + path)
        assert_accessible(page)


@pytest.mark.req("C14")
def test_pages_of_the_models_fit_a_phone(models_shelf, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/models", f"/models/{LLAMA.id}", "/models/gone", "/documentation"):
        page.goto(models_shelf.url + path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
