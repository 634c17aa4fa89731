"""A portal beside a Redis database of its own, into which a test writes what a gateway would publish."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from platform_run import Platform
from portal_server import running_portal
from redis import Redis

from litellm_config.catalogue import Card
from litellm_config.publications import (
    AVAILABILITY_KEY,
    CATALOGUE_KEY,
    Availability,
    ModelAvailability,
    PublishedCatalogue,
)

SAMPLES = (
    Card(
        id="sample-chat",
        name="Sample Chat",
        description="Repeats what it was given.",
        owned_by="sample",
        token_limit=8192,
        input_cost_per_token=0.0000002,
        output_cost_per_token=0.0000006,
        supports_function_calling=True,
        thumbnail_id="sample",
    ),
    Card(id="sample-reasoning", name="Sample Reasoning", owned_by="sample", supports_reasoning=True),
    Card(id="sample-embedding", name="Sample Embedding", owned_by="sample", mode="embedding"),
    Card(id="sample-transcription", name="Sample Transcription", owned_by="sample", mode="audio_transcription"),
    Card(id="sample-image", name="Sample Image", owned_by="sample", mode="image_generation"),
)
SINCE = datetime(2026, 1, 31, 12, tzinfo=UTC)
UP = ModelAvailability(available=True, endpoints_up=1, endpoints=2, since=SINCE)
DOWN = ModelAvailability(available=False, endpoints_up=0, endpoints=2, since=SINCE)


@dataclass(frozen=True)
class Shelf:
    """`url` is the portal's."""

    url: str
    redis: Redis
    redis_url: str

    def put(self, cards: Sequence[Card] = SAMPLES, states: Mapping[str, ModelAvailability] | None = None) -> None:
        """Returns when the portal shows them; without `states` every model is up."""
        states = {card.id: UP for card in cards} if states is None else states
        catalogue = PublishedCatalogue(version="1", applied_at=SINCE, models=tuple(cards))
        availability = Availability(checked_at=datetime.now(UTC), models=dict(states))
        self.redis.set(CATALOGUE_KEY, catalogue.model_dump_json())
        self.redis.set(AVAILABILITY_KEY, availability.model_dump_json())
        wanted = sorted((card.id, states[card.id].endpoints_up if card.id in states else None) for card in cards)
        deadline = time.monotonic() + 60
        while sorted((one["id"], one["endpoints_up"]) for one in self.models()) != wanted:
            assert time.monotonic() < deadline, self.models()
            time.sleep(0.05)

    def models(self, **query: str) -> list[dict]:
        return httpx.get(f"{self.url}/api/models", params=query, timeout=60).raise_for_status().json()["models"]


@contextmanager
def portal_with_shelf(platform: Platform, database: int, **settings: object) -> Iterator[Shelf]:
    redis_url = urlsplit(platform.redis_url)._replace(path=f"/{database}").geturl()
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        with running_portal(platform, redis_url=redis_url, **settings) as server:
            yield Shelf(server.url, redis, redis_url)
