"""The catalogue as JSON, and what of it is known when the gateway, Redis or the news are away."""

import asyncio
import itertools
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from published import DOWN, SINCE, UP, Shelf, portal_with_shelf
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from litellm_config.catalogue import Card
from litellm_config.publications import AVAILABILITY_KEY, CATALOGUE_KEY, Availability, PublishedCatalogue
from portal.clients.catalogue import NEWS_SECONDS, ModelCatalogue
from portal.up.ports import choose_ports
from portal.up.redis_server import redis_executable

LLAMA = Card(
    id="meta-llama/Llama-3.3-70B",
    name="Llama 3.3",
    description="A good first choice",
    owned_by="Meta",
    parameters="70B",
    token_limit=131072,
    hf_repo="meta-llama/Llama-3.3-70B-Instruct",
    about_content="# About",
    deploy_url="https://deploy.example/llama",
    input_cost_per_token=0.0000001,
)
OLD = Card(id="old", name="Old", available=False)
FIELDS = {
    *("id", "name", "description", "available", "temperature", "top_p", "tokenLimit", "parameters", "architecture"),
    *("hf_repo", "aboutContent", "infoContent", "thumbnailId", "deployUrl", "owned_by", "contextWindowMultiplier"),
    "apiCompatibility",
}


@pytest.mark.req("G8")
def test_card_has_the_names_of_the_file_and_the_state_of_its_endpoints(shelf: Shelf):
    shelf.put([LLAMA], {LLAMA.id: UP})

    model = shelf.models()[0]

    assert set(model) >= FIELDS
    assert (model["tokenLimit"], model["deployUrl"]) == (131072, "https://deploy.example/llama")
    assert (model["available"], model["endpoints_up"], model["endpoints"]) == (True, 1, 2)
    assert model["since"] == SINCE.isoformat().replace("+00:00", "Z")


@pytest.mark.req("G4")
def test_available_is_as_live_as_it_is_known(shelf: Shelf):
    unknown = Card(id="nobody-asked", name="Nobody asked")
    shelf.put([LLAMA, OLD, unknown], {LLAMA.id: DOWN, OLD.id: UP})

    models = {model["id"]: model["available"] for model in shelf.models()}

    assert models == {LLAMA.id: False, "old": False, "nobody-asked": None}


@pytest.mark.req("G4")
def test_old_news_of_the_endpoints_is_no_news(samples: Shelf, wait_until):
    samples.redis.delete(AVAILABILITY_KEY)

    wait_until(lambda: {model["available"] for model in samples.models()} == {None})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "LLAMA"}, [LLAMA.id]),
        ({"q": "meta 70b"}, [LLAMA.id]),
        ({"q": "first choice"}, [LLAMA.id]),
        ({"q": "meta nobody"}, []),
        ({"mode": "embedding"}, ["sample-embedding"]),
        ({"q": "sample", "mode": "embedding"}, ["sample-embedding"]),
        ({"q": "llama", "mode": "embedding"}, []),
    ],
)
def test_models_are_searched(shelf: Shelf, query, found):
    shelf.put([LLAMA, Card(id="sample-embedding", name="Sample", mode="embedding")])

    assert [model["id"] for model in shelf.models(**query)] == found


def test_model_is_found_by_an_id_with_slashes(shelf: Shelf, reader):
    shelf.put([LLAMA])

    assert reader.get(f"/api/models/{LLAMA.id}").json()["name"] == "Llama 3.3"
    assert reader.get(f"/api/models/{LLAMA.id.replace('/', '%2F')}").json()["name"] == "Llama 3.3"


def test_model_that_is_not_there_is_a_problem_with_a_name(samples: Shelf, reader):
    answer = reader.get("/api/models/nobody")

    assert answer.status_code == 404
    assert answer.json()["code"] == "model_not_found"
    assert reader.get("/api/models", params={"mode": "nonsense"}).status_code == 422


def test_before_a_gateway_has_published_there_is_an_empty_list_and_a_page_that_says_so(platform):
    with portal_with_shelf(platform, 4) as empty:
        assert empty.models() == []
        assert "No models yet" in httpx.get(f"{empty.url}/models", timeout=60).text
        assert httpx.get(f"{empty.url}/documentation", timeout=60).status_code == 200
        assert "your-embedding-model" in httpx.get(f"{empty.url}/documentation", timeout=60).text


def test_example_on_the_landing_page_is_a_model_that_can_be_used(shelf: Shelf, reader):
    shelf.put([LLAMA, OLD, *[Card(id="mine", name="Mine")]], {LLAMA.id: DOWN, "mine": UP})

    assert "mine" in reader.get("/").text
    assert LLAMA.id not in reader.get("/").text


@pytest.fixture
def mortal_redis(tmp_path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A Redis that a test may stop."""
    port = choose_ports({"redis": 0})["redis"]
    program = redis_executable()
    process = subprocess.Popen([program, "--port", str(port), "--save", ""], cwd=tmp_path, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}", process
    process.kill()
    process.wait()


@pytest.mark.req("A3")
async def test_without_redis_the_last_known_models_stay_and_what_is_up_is_soon_not_known(mortal_redis):
    url, process = mortal_redis
    time = itertools.count(step=NEWS_SECONDS)
    published = PublishedCatalogue(version="1", applied_at=SINCE, models=(LLAMA,)).model_dump_json()
    states = Availability(checked_at=SINCE, models={LLAMA.id: UP}).model_dump_json()
    async with Redis.from_url(url) as redis:
        while True:
            try:
                await redis.mset({CATALOGUE_KEY: published, AVAILABILITY_KEY: states})
                break
            except RedisConnectionError:
                await asyncio.sleep(0.02)
        catalogue = ModelCatalogue(redis, lambda: next(time))
        await catalogue.look()
        assert [model.available for model in catalogue.models] == [True]
        process.kill()
        process.wait()

        await catalogue.look()

    assert [(model.card.id, model.available) for model in catalogue.models] == [(LLAMA.id, None)]


async def test_what_is_not_understood_leaves_what_is_known(shelf: Shelf):
    shelf.put([LLAMA])
    async with Redis.from_url(shelf.redis_url) as redis:
        catalogue = ModelCatalogue(redis)
        await catalogue.look()
        shelf.redis.set(CATALOGUE_KEY, '{"version": 2, "models": "of another kind"}')

        await catalogue.look()

    assert [(model.card.id, model.available) for model in catalogue.models] == [(LLAMA.id, True)]


@pytest.mark.req("G1")
@pytest.mark.parametrize(
    ("models", "other_names", "known", "unknown"),
    [
        ((LLAMA,), (), (LLAMA.id,), ("", "llama-none", f"{LLAMA.id},{LLAMA.id}", f" {LLAMA.id}")),
        (
            (LLAMA,),
            ("gpt-4", "org/*"),
            (LLAMA.id, "gpt-4", "org/any"),
            ("org", "my-gpt-4", "org/a,org/b", "gpt-4,gpt-4"),
        ),
        ((), (), ("whatever",), ("one,another",)),
    ],
)
async def test_requests_may_name_what_is_published_one_at_a_time(shelf: Shelf, models, other_names, known, unknown):
    published = PublishedCatalogue(version="1", applied_at=SINCE, models=models, other_names=other_names)
    shelf.redis.set(CATALOGUE_KEY, published.model_dump_json())
    async with Redis.from_url(shelf.redis_url) as redis:
        catalogue = ModelCatalogue(redis)
        await catalogue.look()

    assert [name for name in (*known, *unknown) if catalogue.has(name)] == [*known]
