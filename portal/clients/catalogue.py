"""The models as the gateways publish them, read in the background so that no request has to wait for Redis.

What is not known is said to be not known: nothing published yet, or no news from the endpoints lately.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from litellm_config.cancellation import end_if_cancelled
from litellm_config.catalogue import Card
from litellm_config.publications import (
    AVAILABILITY_KEY,
    CATALOGUE_KEY,
    Availability,
    ModelAvailability,
    PublishedCatalogue,
)
from portal.core.logs import get_logger

SECONDS_BETWEEN_LOOKS = 1.0
# While Redis is away: as long as a gateway's own news is good.
NEWS_SECONDS = 15.0
NO_NAME = re.compile("(?!)")
# LiteLLM takes a name apart at these, and asks each model.
BETWEEN_NAMES = ","

Document = str | bytes | None
Documents = tuple[Document, Document]

log = get_logger()


@dataclass(frozen=True)
class ListedModel:
    """`state` is `None` when nobody has asked the model's endpoints lately."""

    card: Card
    state: ModelAvailability | None

    @property
    def available(self) -> bool | None:
        """`None`: not known. It is about the model's endpoints, not about whether LiteLLM itself answers."""
        if not self.card.available:
            return False
        return self.state.available if self.state else None


class ModelCatalogue:
    """`models` are in the order of the file; empty until a gateway has published them."""

    def __init__(self, redis: Redis, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.models: tuple[ListedModel, ...] = ()
        self._by_id: dict[str, ListedModel] = {}
        self._redis = redis
        self._monotonic = monotonic
        self._read: Documents = (None, None)
        self._read_at = 0.0
        # Also where nothing was published: a start without it would refuse every model.
        self.was_read = False
        self._cards: tuple[Card, ...] = ()
        self._other_names = NO_NAME
        self._states: dict[str, ModelAvailability] = {}

    def find(self, model_id: str) -> ListedModel | None:
        return self._by_id.get(model_id)

    def has(self, name: str) -> bool:
        """Whether a request may name it; LiteLLM alone knows where no catalogue was published."""
        if BETWEEN_NAMES in name:
            return False
        return name in self._by_id or not self.models or bool(self._other_names.fullmatch(name))

    def usable(self, mode: str) -> tuple[Card, ...]:
        """The cards of a kind, but for those that certainly can't answer now."""
        return tuple(one.card for one in self.models if one.card.mode == mode and one.available is not False)

    def example(self, mode: str = "chat", allowed: Collection[str] = ()) -> str | None:
        """The first model of a kind that can be used, by somebody who may use `allowed` (empty: every model)."""
        return next((one.id for one in self.usable(mode) if not allowed or one.id in allowed), None)

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.look()
            end_if_cancelled()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def look(self) -> None:
        try:
            catalogue, availability = await self._redis.mget(CATALOGUE_KEY, AVAILABILITY_KEY)
            self._read_at, self.was_read = self._monotonic(), True
        except RedisError:
            is_news = self._monotonic() - self._read_at < NEWS_SECONDS
            catalogue, availability = self._read[0], self._read[1] if is_news else None
        read = (catalogue, availability)
        if read != self._read:
            self._read = read
            self._understand(*read)

    def _understand(self, catalogue: Document, availability: Document) -> None:
        """A Redis that was emptied, or a gateway of another version, leaves the cards that are known."""
        try:
            if catalogue:
                published = PublishedCatalogue.model_validate_json(catalogue)
                self._cards, self._other_names = published.models, _any_of(published.other_names)
            self._states = Availability.model_validate_json(availability).models if availability else {}
        except ValidationError as error:
            log.warning("catalogue.not_understood", mistakes=error.error_count())
        self.models = tuple(ListedModel(card, self._states.get(card.id)) for card in self._cards)
        self._by_id = {model.card.id: model for model in self.models}


def _any_of(names: Collection[str]) -> re.Pattern[str]:
    """A star in a name stands for whatever."""
    patterns = [".*".join(map(re.escape, name.split("*"))) for name in names]
    return re.compile("|".join(patterns), re.DOTALL) if patterns else NO_NAME
