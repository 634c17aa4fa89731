"""`ENDPOINTS` and its companions, merged over the file."""

import pytest

from litellm_config.catalogue import CatalogueInvalid, Seed, SeedEndpoint
from litellm_config.catalogue.platform_settings import DEFAULTS

pytestmark = pytest.mark.req("G7")


def seed(*endpoints, **settings):
    return Seed(tuple(SeedEndpoint(**endpoint) for endpoint in endpoints), **settings)


ONE = {"url": "https://one.example.com/v1", "api_key": "hush-one", "priority": 2, "weight": 3, "models": ("a", "b")}


def test_models_of_a_seed_become_models(read):
    catalogue = read([], seed(ONE))

    assert [card.id for card in catalogue.cards] == ["a", "b"]
    params = catalogue.content["model_list"][0]["litellm_params"]
    assert params.items() >= {"model": "openai/a", "api_base": ONE["url"], "order": 2, "weight": 3}.items()


def test_a_seed_joins_the_model_of_the_same_name_and_its_card(read, entry):
    catalogue = read([entry("a", {"description": "Fast."})], seed(ONE))

    assert [card.description for card in catalogue.cards] == ["Fast.", ""]
    assert [(one.model, one.api_base, one.priority, one.line) for one in catalogue.endpoints] == [
        ("a", "https://a.example.com/v1", 1, 2),
        ("a", ONE["url"], 2, None),
        ("b", ONE["url"], 2, None),
    ]


def test_its_key_is_a_variable_for_litellm_and_stands_nowhere_else(read, tmp_path):
    catalogue = read([], seed(ONE))
    catalogue.write(tmp_path / "effective.yaml")

    (variable,) = catalogue.environment
    assert catalogue.environment[variable] == "hush-one"
    assert f"os.environ/{variable}" in (tmp_path / "effective.yaml").read_text()
    assert "hush" not in (tmp_path / "effective.yaml").read_text()
    assert "hush" not in repr(catalogue)
    assert not variable.startswith("PORTAL_")
    assert [one.api_key for one in catalogue.endpoints] == ["hush-one", "hush-one"]


def test_an_endpoint_without_models_has_those_that_were_discovered(read):
    undiscovered = {"url": "https://two.example.com/v1", "api_key": "k"}
    before = read([], seed(undiscovered))
    after = read([], seed(undiscovered), {"https://two.example.com/v1": ["z", "y", "z"]})

    assert (before.cards, before.endpoints) == ((), ())
    assert [card.id for card in after.cards] == ["y", "z"]
    assert before.undiscovered == after.undiscovered == (SeedEndpoint(**undiscovered),)


def test_discovery_in_another_order_is_no_change(read):
    versions = {
        read([], seed({"url": "https://two/v1"}), {"https://two/v1": models}).version for models in ("ab", "ba", "aab")
    }

    assert len(versions) == 1


def test_a_key_follows_its_endpoint_when_the_list_is_in_another_order(read):
    other = {**ONE, "url": "https://other.example.com/v1", "api_key": "hush-two"}
    one_way, other_way = read([], seed(ONE, other)), read([], seed(other, ONE))

    assert one_way.environment == other_way.environment


def test_the_same_endpoint_twice_is_one_and_with_another_key_it_is_two(read):
    catalogue = read([], seed(ONE, ONE, {**ONE, "api_key": "hush-two"}))

    assert [one.model for one in catalogue.endpoints] == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("llama", "chat"),
        ("BAAI/bge-m3", "embedding"),
        ("openai/whisper-1", "audio_transcription"),
        ("flux.1", "image_generation"),
    ],
)
def test_what_a_model_is_for_is_told_by_its_name(read, model, mode):
    assert read([], seed({**ONE, "models": (model,)})).cards[0].mode == mode


def test_retries_and_the_fallback_model_go_over_those_of_the_file(read):
    catalogue = read(
        "model_list: []\nrouter_settings: {num_retries: 1, cooldown_time: 5, retry_after: 9}",
        seed(ONE, fallback_model="a", retry_attempts=0, retry_delay=1.5),
    )

    assert catalogue.content["router_settings"] == DEFAULTS["router_settings"] | {
        "num_retries": 0,
        "cooldown_time": 5,
        "retry_after": 1.5,
        "default_fallbacks": ["a"],
    }


def test_without_them_the_platforms_stay_as_they_are(read):
    assert read([], seed(ONE)).content["router_settings"] == DEFAULTS["router_settings"]


def test_a_fallback_model_that_does_not_exist_is_a_mistake_of_its_variable(read, file):
    with pytest.raises(CatalogueInvalid) as caught:
        read([], seed({**ONE, "models": ("llama",)}, fallback_model="lama"))

    assert str(caught.value) == "FALLBACK_MODEL: there is no model `lama`; did you mean `llama`?"


def test_a_fallback_model_may_be_one_that_is_still_to_be_discovered(read):
    wanted = seed({"url": "https://two/v1"}, fallback_model="late")

    early = read([], wanted)
    assert early.content["router_settings"]["default_fallbacks"] == []
    assert [str(warning) for warning in early.warnings] == ["FALLBACK_MODEL: there is no model `late`"]
    known = read([], wanted, {"https://two/v1": ["late"]})
    assert known.content["router_settings"]["default_fallbacks"] == ["late"]


def test_a_seed_can_bring_a_model_that_the_file_falls_back_to(read):
    text = "model_list: []\nrouter_settings: {default_fallbacks: [a]}"

    assert read(text, seed(ONE)).content["router_settings"]["default_fallbacks"] == ["a"]
