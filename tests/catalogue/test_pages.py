"""The pages of the models, as they are without scripts."""

import re
from html import unescape

import httpx
import pytest
from published import DOWN, SAMPLES, UP, Shelf

from litellm_config.catalogue import Card
from portal.catalogue.about import rendered
from portal.catalogue.sheet import ModelSheet, picture_url
from portal.clients.catalogue import ListedModel

pytestmark = pytest.mark.req("C13")

LLAMA = Card(
    id="meta-llama/Llama-3.3-70B",
    name="Llama <3.3>",
    description="A good first choice",
    owned_by="Meta",
    parameters="70B",
    token_limit=131072,
    hf_repo="meta-llama/Llama-3.3-70B-Instruct",
    about_content="# For what\n\n<script>alert(1)</script>\n\n[no](javascript:alert) ![no](https://elsewhere.example/x.png)",
    deploy_url="https://deploy.example/llama",
    input_cost_per_token=0.00000013,
    output_cost_per_token=0.0000004,
    supports_vision=True,
)
GONE = Card(id="gone", name="Gone", deploy_url="javascript:alert(1)")
OLD = Card(id="old", name="Old", available=False)


@pytest.fixture
def shown(shelf: Shelf) -> Shelf:
    shelf.put([LLAMA, GONE, OLD, *SAMPLES], {LLAMA.id: UP, "gone": DOWN})
    return shelf


def names_on(page: httpx.Response) -> list[str]:
    return [unescape(name) for name in re.findall(r'model-card__name"><a href="[^"]*">([^<]*)<', page.text)]


def test_card_says_in_words_what_a_model_is_and_whether_it_is_available(shown, reader):
    page = reader.get("/models").text

    for text in ("Llama &lt;3.3&gt;", "Meta", "131k", "70B", "$0.13 in", "$0.40 out", "Vision"):
        assert text in page
    for standing in ("Available", "Unavailable", "Out of service", "Not checked lately"):
        assert f"</svg>{standing}</span>" in page
    assert 'href="/models/meta-llama/Llama-3.3-70B"' in page


def test_what_cannot_be_used_stands_at_the_end(shown, reader):
    assert names_on(reader.get("/models"))[-2:] == ["Gone", "Old"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "llama"}, ["Llama <3.3>"]),
        ({"mode": "embedding"}, ["Sample Embedding"]),
        ({"q": "sample", "mode": "chat"}, ["Sample Chat", "Sample Reasoning"]),
        ({"mode": "nonsense", "q": "gone"}, ["Gone"]),
        ({"q": "gone", "available": "true"}, []),
        ({"q": "<script>"}, []),
    ],
)
def test_search_works_without_scripts(shown, reader, query, names):
    page = reader.get("/models", params=query)

    assert names_on(page) == names
    assert ("No model matches" in page.text) is (not names)
    assert "<script>&quot;" not in page.text


def test_page_of_a_model_tells_everything_that_the_card_has(shown, reader):
    page = reader.get(f"/models/{LLAMA.id}").text

    for text in (
        "131,072 tokens",
        "1 of 2",
        "https://huggingface.co/meta-llama/Llama-3.3-70B-Instruct",
        LLAMA.deploy_url,
    ):
        assert text in page
    assert f"{reader.base_url}api/v1" in page.replace("&#39;", "'") or "/api/v1" in page
    assert LLAMA.id in page


def test_what_an_operator_wrote_can_do_nothing(shown, reader):
    page = reader.get(f"/models/{LLAMA.id}").text

    assert "<h3>For what</h3>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert 'href="javascript:' not in page
    assert "<img" not in page[page.index("About Llama") :]


def test_table_of_markdown_has_no_inline_style():
    assert "style=" not in rendered("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert "<table>" in rendered("| a | b |\n|:--|--:|\n| 1 | 2 |")


def test_model_without_endpoints_says_so_and_since_when(shown, reader):
    page = reader.get("/models/gone").text

    assert "cannot answer right now" in page
    assert "503 model_unavailable" in page
    assert "31 Jan 2026, 12:00 UTC" in page
    assert "javascript:" not in page
    assert "out of service" in reader.get("/models/old").text


def test_button_for_a_chat_shows_where_a_model_can_chat_now(shown, reader):
    assert 'href="/chat?model=sample-chat"' in reader.get("/models/sample-chat").text
    for other in ("sample-embedding", "gone", "old"):
        assert "/chat?" not in reader.get(f"/models/{other}").text


def test_model_that_is_not_there_leads_to_those_that_are(shown, reader):
    page = reader.get("/models/nobody", headers={"accept": "text/html"})

    assert page.status_code == 404
    assert 'href="/models"' in page.text


def test_picture_is_one_of_ours_or_initials():
    assert picture_url("sample").startswith("/static/img/models/sample.svg?")
    for name in ("nobody", "../logo", "..", "/etc/passwd", ".svg"):
        assert picture_url(name) is None
    names = {"Llama 3.3": "L3", "gpt-oss-120b": "GO", "DeepSeek": "DE", "★": "?", "日本": "日本"}
    assert {name: ModelSheet.of(ListedModel(Card(id="x", name=name), None)).initials for name in names} == names


def test_navigation_leads_to_models_and_documentation(visitor, member):
    for page in (visitor.get("/").text, member().client.get("/keys").text):
        assert 'href="/models"' in page
        assert 'href="/documentation"' in page
