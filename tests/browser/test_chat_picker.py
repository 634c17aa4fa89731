"""Choosing a model in the chat, by mouse, keyboard and on a phone."""

import pytest
from accessibility import assert_accessible
from platform_run import Platform
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.req("C1", "C13")]

# A picker of its own over a catalogue of its own, so that it is known what is in it.
PICKER = """async () => {
  const { state } = await import("/static/js/chat/state.js");
  const { ModelPicker } = await import("/static/js/chat/model-picker.js");
  const card = (id, name, fields = {}) => ({
    id, name, mode: "chat", owned_by: "Acme", description: `About ${name}.`, available: true, tokenLimit: 131072,
    input_cost_per_token: 2e-7, output_cost_per_token: 6e-7, supports_vision: false, supports_reasoning: false,
    endpoints: 2, endpoints_up: 2, ...fields,
  });
  state.catalogue = [
    card("acme/large", "Large", { supports_reasoning: true, tokenLimit: 1048576 }),
    card("acme/away", "Away", { available: false, endpoints_up: 0 }),
    card("acme/vectors", "Vectors", { mode: "embedding" }),
    card("acme/small", "Small", { supports_vision: true, input_cost_per_token: 0, output_cost_per_token: 0 }),
    card("other/odd", "<b>Odd</b>", { owned_by: "", description: "", tokenLimit: null, input_cost_per_token: null }),
  ];
  window.chosen = [];
  window.picker = new ModelPicker({ value: "acme/large", label: "Model 7", onChange: (id) => chosen.push(id) });
  document.querySelector("main").prepend(picker.element);
}"""


@pytest.fixture
def picker(platform: Platform, page: Page) -> Page:
    page.route("**/api/models", lambda route: route.fulfill(body="null"))
    page.goto(f"{platform.portal_url}/chat")
    page.evaluate(PICKER)
    return page


def test_model_is_found_by_words_and_chosen_with_the_keyboard(picker: Page) -> None:
    button = picker.get_by_role("button", name="Model 7: Large")
    button.focus()
    picker.keyboard.press("ArrowDown")
    field = picker.get_by_role("combobox", name="Search models")
    expect(field).to_be_focused()
    expect(picker.get_by_role("option")).to_have_count(4)
    expect(picker.get_by_role("option", selected=True)).to_contain_text("Large")

    field.fill("acme sma")
    expect(picker.get_by_role("option")).to_have_count(1)
    picker.keyboard.press("Enter")

    expect(picker.get_by_role("listbox")).to_be_hidden()
    expect(picker.get_by_role("button", name="Model 7: Small")).to_be_focused()
    assert picker.evaluate("chosen") == ["acme/small"]


def test_arrows_go_around_and_escape_changes_nothing(picker: Page) -> None:
    picker.get_by_role("button", name="Model 7: Large").click()
    field = picker.get_by_role("combobox", name="Search models")
    active = picker.locator("[data-active]")

    expect(active).to_contain_text("Large")
    picker.keyboard.press("ArrowUp")
    expect(active).to_contain_text("Away")
    expect(field).to_have_attribute("aria-activedescendant", active.get_attribute("id") or "none")
    picker.keyboard.press("ArrowDown")
    expect(active).to_contain_text("Large")
    field.fill("nothing like it")
    expect(picker.get_by_text("No model has these words.")).to_be_visible()
    picker.keyboard.press("Enter")
    picker.keyboard.press("Escape")

    expect(field).to_be_hidden()
    expect(picker.get_by_role("button", name="Model 7: Large")).to_be_focused()
    assert picker.evaluate("chosen") == []


def test_entries_say_what_a_model_does_costs_and_why_it_is_away(picker: Page) -> None:
    picker.get_by_role("button", name="Model 7: Large").click()
    options = picker.get_by_role("option")

    expect(options.nth(0)).to_contain_text("1M context · $0.20 in, $0.60 out per million tokens")
    expect(options.nth(0)).to_contain_text("Reasoning")
    expect(options.nth(1)).to_contain_text("128k context · Free")
    expect(options.nth(1)).to_contain_text("Vision")
    expect(options.nth(2)).to_have_text("<b>Odd</b>")
    expect(options.nth(3)).to_contain_text("Unavailable: none of its 2 endpoints answers.")
    expect(options.nth(3)).to_have_attribute("aria-disabled", "true")
    options.nth(3).click(force=True)
    expect(picker.get_by_role("listbox")).to_be_visible()
    assert picker.evaluate("chosen") == []
    assert_accessible(picker)


def test_model_that_is_back_can_be_chosen_without_a_reload(picker: Page) -> None:
    catalogue = picker.evaluate("import('/static/js/chat/state.js').then(({ state }) => state.catalogue)")
    news = [{**model, "available": True} for model in catalogue]
    picker.unroute("**/api/models")
    picker.route("**/api/models", lambda route: route.fulfill(json={"models": news}))

    picker.get_by_role("button", name="Model 7: Large").click()
    expect(picker.get_by_role("option", disabled=True)).to_have_count(0)
    expect(picker.locator("[data-active]")).to_contain_text("Large")
    picker.get_by_role("option", name="Away").click()

    assert picker.evaluate("chosen") == ["acme/away"]


def test_picker_fits_a_phone_and_closes_beside_it(picker: Page) -> None:
    picker.set_viewport_size({"width": 390, "height": 800})
    picker.get_by_role("button", name="Model 7: Large").click()
    panel = picker.get_by_role("dialog", name="Choose a model")

    box = panel.bounding_box()
    assert box is not None
    assert box["x"] == 0
    assert box["width"] == 390
    assert box["y"] + box["height"] == pytest.approx(800)
    assert picker.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picker.mouse.click(200, 20)
    expect(panel).to_be_hidden()
