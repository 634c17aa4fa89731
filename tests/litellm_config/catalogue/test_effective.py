"""What LiteLLM gets to read, and what people and probes get to know."""

import stat

import pytest
import yaml

from litellm_config.catalogue import read_catalogue
from litellm_config.catalogue.platform_settings import DEFAULTS

SAMPLE = "os.environ/SAMPLE_ENDPOINT_URL"


def params(catalogue, position=0):
    return catalogue.content["model_list"][position]["litellm_params"]


@pytest.mark.req("G8")
def test_a_card_has_the_fields_under_their_names(read, entry):
    card = {
        "name": "Llama",
        "mode": "chat",
        "description": "Fast.",
        "tokenLimit": 8192,
        "temperature": 1,
        "contextWindowMultiplier": 0.8,
        "parameters": "70B",
        "aboutContent": "# About",
        "thumbnailId": "llama",
        "deployUrl": "https://deploy.example.com",
        "owned_by": "Meta",
        "apiCompatibility": "openai",
    }
    (shown,) = read([entry("llama", card)]).cards

    assert shown.model_dump().items() >= {**card, "id": "llama", "available": True}.items()


def test_a_model_without_a_card_has_a_name_and_its_prices(read, entry):
    (card,) = read([entry("llama", input_cost_per_token=0.1)]).cards

    assert (card.id, card.name, card.mode, card.input_cost_per_token) == ("llama", "llama", "chat", 0.1)


def test_litellm_gets_nothing_of_a_card_but_what_it_uses_itself(read, entry):
    card = {"name": "Llama", "description": "x", "aboutContent": "y", "temperature": 1, "supports_vision": True}
    catalogue = read(
        [entry("llama", {**card, "id": "llama-1", "base_model": "gpt-4o"}), entry("llama", api_key="none")]
    )

    first, second = (one["model_info"] for one in catalogue.content["model_list"])
    assert first == {"supports_vision": True, "id": "llama-1", "base_model": "gpt-4o", "mode": "chat"}
    assert second == {"mode": "chat"}


def test_prices_stand_where_litellm_reads_them_once_and_not_in_each_request(read, entry):
    prices = {"input_cost_per_token": 2e-7, "output_cost_per_token": 6e-7, "cache_read_input_token_cost": 1e-8}
    catalogue = read([entry("llama", {"input_cost_per_token": 1}, **prices)])

    info = catalogue.content["model_list"][0]["model_info"]
    assert (info["input_cost_per_token"], info["output_cost_per_token"]) == (2e-7, 6e-7)
    assert not [name for name in params(catalogue) if "cost_per" in name]
    assert params(read([entry("llama", input_cost_per_token="os.environ/PRICE")], PRICE="1"))["input_cost_per_token"]


def test_every_endpoint_of_a_model_has_its_mode(read, entry):
    catalogue = read([entry("bge", {"mode": "embedding"}), entry("bge", api_base="https://b.example.com/v1")])

    assert [endpoint.mode for endpoint in catalogue.endpoints] == ["embedding", "embedding"]
    assert "use_chat_completions_api" not in params(catalogue)


@pytest.mark.req("G2")
def test_an_endpoint_without_priority_and_weight_has_one_of_each_beside_those_that_have_them(read, entry):
    """LiteLLM would never choose it otherwise."""
    catalogue = read([entry(order=2, weight=3), entry(api_base="https://b.example.com/v1")])

    assert (params(catalogue, 1)["order"], params(catalogue, 1)["weight"]) == (1, 1)
    assert [(one.priority, one.weight) for one in catalogue.endpoints] == [(2, 3), (1, 1)]


def test_an_endpoint_is_another_one_by_its_key_region_or_headers(read, entry):
    catalogue = read(
        [
            entry(),
            entry(api_key="none"),
            entry(aws_region_name="eu-central-1"),
            entry(info={"customHeaders": {"x-tenant": "acme"}}),
        ]
    )

    assert len(catalogue.endpoints) == 4


def test_priorities_may_have_gaps_and_begin_anywhere(read, entry):
    catalogue = read([entry(order=0), entry(order=20, api_base="https://b.example.com/v1")])

    assert [one.priority for one in catalogue.endpoints] == [0, 20]


def test_an_endpoint_that_asks_for_no_key_does_not_get_the_one_of_openai(read, entry):
    catalogue = read([entry()], OPENAI_API_KEY="sk-of-openai")

    assert params(catalogue)["api_key"] == "none"
    assert catalogue.endpoints[0].api_key is None


def test_a_hosted_provider_is_left_to_litellm(read):
    catalogue = read(
        [{"model_name": "claude", "litellm_params": {"model": "anthropic/claude-x", "api_key": "os.environ/A"}}],
        A="key",
    )

    assert params(catalogue) == {"model": "anthropic/claude-x", "api_key": "os.environ/A"}
    assert (catalogue.endpoints[0].api_base, catalogue.endpoints[0].provider_model) == (None, "claude-x")


def test_an_endpoint_can_be_asked_with_its_address_key_and_headers(read, entry):
    catalogue = read(
        [
            entry(
                "a",
                {"customHeaders": {"x-tenant": "acme", "x-token": "os.environ/T"}},
                model="hosted_vllm/org/a",
                api_base="os.environ/U",
                api_key="os.environ/K",
            )
        ],
        U="http://u/v1",
        K="key",
        T="token",
    )

    (endpoint,) = catalogue.endpoints
    assert (endpoint.api_base, endpoint.api_key, endpoint.provider_model) == ("http://u/v1", "key", "org/a")
    assert endpoint.headers == {"x-tenant": "acme", "x-token": "token"}
    assert endpoint.line == 2
    assert params(catalogue)["extra_headers"] == {"x-tenant": "acme", "x-token": "os.environ/T"}
    assert "key" not in repr(endpoint).replace("api_key", "")


@pytest.mark.req("G8")
def test_headers_belong_to_one_endpoint(read, entry):
    catalogue = read([entry(), entry(info={"customHeaders": {"x-a": "1"}}, api_base="https://b.example.com/v1")])

    assert [one.headers for one in catalogue.endpoints] == [{}, {"x-a": "1"}]


@pytest.mark.req("G8")
def test_a_model_out_of_service_keeps_its_card_and_needs_no_key(read, entry):
    catalogue = read(
        [
            entry("old", {"available": False}, api_key="os.environ/GONE"),
            entry("old", api_base="os.environ/GONE_TOO"),
            entry("new"),
        ]
    )

    assert [one["model_name"] for one in catalogue.content["model_list"]] == ["new"]
    assert [one.model for one in catalogue.endpoints] == ["new"]
    assert [(card.id, card.available) for card in catalogue.cards] == [("old", False), ("new", True)]


def test_nothing_falls_back_to_a_model_out_of_service(read):
    catalogue = read(
        """
model_list:
  - {model_name: old, litellm_params: {model: openai/old}, model_info: {available: false}}
  - {model_name: new, litellm_params: {model: openai/new}}
router_settings:
  default_fallbacks: [old, new]
  fallbacks: [{new: [old]}]
  context_window_fallbacks: [{new: [old, new]}]
"""
    )

    assert catalogue.content["router_settings"] == DEFAULTS["router_settings"] | {
        "default_fallbacks": ["new"],
        "fallbacks": [],
        "context_window_fallbacks": [{"new": ["new"]}],
    }


def test_the_sample_models_are_there_where_the_sample_endpoint_runs(read, entry):
    entries = [entry("sample", api_base=SAMPLE), entry("own")]

    assert [card.id for card in read(entries, SAMPLE_ENDPOINT_URL="http://s/v1").cards] == ["sample", "own"]
    without = read(entries)
    assert [card.id for card in without.cards] == ["own"]
    assert without.left_out == 1


def test_patterns_of_models_are_litellms_alone(read, entry):
    catalogue = read([entry("openai/*", model="openai/*")])

    assert len(catalogue.content["model_list"]) == 1
    assert (catalogue.cards, catalogue.endpoints) == ((), ())


def test_what_is_written_is_what_litellm_reads_and_has_no_secret(read, entry, tmp_path):
    catalogue = read([entry(api_key="os.environ/K", order=1)], K="sk-hush")
    target = tmp_path / "folder" / "effective.yaml"
    catalogue.write(target)

    assert yaml.safe_load(target.read_text()) == catalogue.content
    assert "hush" not in target.read_text()
    assert not stat.S_IMODE(target.stat().st_mode) & stat.S_IWOTH


def test_the_version_is_the_same_for_the_same_catalogue_on_every_instance(file, tmp_path, entry):
    text = yaml.safe_dump({"model_list": [entry("a", {"description": "x"}, api_key="os.environ/K")]})
    elsewhere = tmp_path / "elsewhere.yaml"
    file.write_text(text)
    elsewhere.write_text(f"# A comment.\n{text}")

    one = read_catalogue(file, {"K": "k", "B": "b"})
    other = read_catalogue(elsewhere, {"B": "b", "K": "k"})

    assert (one.version, one.litellm_version) == (other.version, other.litellm_version)


def test_a_changed_card_is_another_version_for_people_and_the_same_for_litellm(read, entry):
    before, after = (read([entry("a", {"description": text})]) for text in ("x", "y"))

    assert before.version != after.version
    assert before.litellm_version == after.litellm_version


def test_a_changed_endpoint_is_another_version_for_both(read, entry):
    before, after = (read([entry("a", weight=weight)]) for weight in (1, 2))

    assert before.version != after.version
    assert before.litellm_version != after.litellm_version


def test_further_names_and_wildcards_have_no_card_and_can_be_asked_for(read, entry):
    entries = [
        entry("llama"),
        entry("org/*"),
        entry("org/*", order=2, api_base="https://b.example.com/v1"),
        entry("old-*", {"available": False}),
    ]
    settings = {"model_group_alias": {"gpt-4": "llama"}}
    catalogue = read(yaml.safe_dump({"model_list": entries, "router_settings": settings}))

    assert [card.id for card in catalogue.cards] == ["llama"]
    assert catalogue.other_names == ("gpt-4", "org/*")
    assert read([entry("llama")]).other_names == ()
