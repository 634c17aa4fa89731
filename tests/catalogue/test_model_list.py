"""`/api/v1/models`: LiteLLM decides which models a key may use, the catalogue says what they are."""

from collections.abc import Iterator

import httpx
import openai
import pytest
from published import DOWN, SAMPLES, UP, Shelf

pytestmark = pytest.mark.req("G1", "G4")

CHAT, REASONING, EMBEDDING, *_ = SAMPLES
OUT_OF_SERVICE = EMBEDDING.model_copy(update={"available": False})


@pytest.fixture
def client(shelf: Shelf, api_key: str) -> Iterator[openai.OpenAI]:
    shelf.put([CHAT, REASONING, OUT_OF_SERVICE], {CHAT.id: DOWN, REASONING.id: UP})
    with openai.OpenAI(base_url=f"{shelf.url}/api/v1", api_key=api_key, max_retries=0) as client:
        yield client


def test_entry_has_the_fields_of_openai_and_what_the_card_says(client):
    model = client.models.retrieve("sample-chat")

    assert (model.id, model.object, model.owned_by) == ("sample-chat", "model", "sample")
    assert isinstance(model.created, int)
    extra = {"name": CHAT.name, "description": CHAT.description, "context_length": 8192, "available": False}
    assert model.model_extra.items() >= extra.items()


def test_list_and_entry_say_the_same(client):
    listed = {model.id: model for model in client.models.list()}

    assert listed["sample-chat"] == client.models.retrieve("sample-chat")
    assert listed["sample-reasoning"].available is True


def test_model_that_is_out_of_service_is_not_there(client):
    assert "sample-embedding" not in [model.id for model in client.models.list()]
    with pytest.raises(openai.NotFoundError) as refusal:
        client.models.retrieve("sample-embedding")
    assert refusal.value.code == "model_not_found"


def test_model_that_no_gateway_has_published_is_listed_as_litellm_lists_it(client):
    plain = client.models.retrieve("sample-image")

    assert plain.object == "model"
    assert not plain.model_extra.keys() & {"name", "available", "context_length"}


def test_model_that_the_key_may_not_use_is_not_listed_whatever_the_catalogue_says(shelf: Shelf, platform, client):
    headers = {"authorization": f"Bearer {platform.admin_key}"}
    with httpx.Client(base_url=platform.gateway_url, headers=headers, timeout=30) as admin:
        key = admin.post("/key/generate", json={"models": ["sample-reasoning"]}).raise_for_status().json()["key"]
        listed = client.with_options(api_key=key).models.list()
        admin.post("/key/delete", json={"keys": [key]}).raise_for_status()

    assert [model.id for model in listed] == ["sample-reasoning"]
