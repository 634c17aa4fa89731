"""Asks endpoints that were named without their models which ones they have, again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx
import structlog

from litellm_config.catalogue import SeedEndpoint
from litellm_config.endpoints.address import Address, ask, connect
from litellm_config.endpoints.pace import Pace

Models = Mapping[str, tuple[str, ...]]

log = structlog.get_logger()


class Discovery:
    def __init__(
        self,
        seeds: Callable[[], Sequence[SeedEndpoint]],
        when_changed: Callable[[Models], Awaitable[None]],
        pace: Pace | None = None,
    ) -> None:
        """`seeds` are those without models. `when_changed` gets the models of all of them by their URL.

        An endpoint that fails, or lists nothing, keeps its last known models.
        """
        self._seeds = seeds
        self._when_changed = when_changed
        self._pace = pace or Pace()
        self.models: Models = {}

    async def run(self) -> None:
        """Until it is cancelled."""
        async with connect() as http:
            while True:
                seeds = self._seeds()
                await self._look(http, seeds)
                knows_all = all(self.models.get(seed.url) for seed in seeds)
                await asyncio.sleep(self._pace.discovery if knows_all and seeds else self._pace.down)

    async def _look(self, http: httpx.AsyncClient, seeds: Sequence[SeedEndpoint]) -> None:
        found = await asyncio.gather(*(self._models_of(http, seed) for seed in seeds))
        models = {seed.url: names for seed, names in zip(seeds, found, strict=True) if names}
        if models == self.models:
            return
        self.models = models
        log.info("endpoints.discovered", models=sum(map(len, models.values())))
        await self._when_changed(models)

    async def _models_of(self, http: httpx.AsyncClient, seed: SeedEndpoint) -> tuple[str, ...]:
        """Sorted, because a list in another order is no change."""
        answer = await ask(http, Address(seed.url.rstrip("/"), seed.api_key))
        if answer.is_up and answer.models:
            return tuple(sorted(answer.models))
        return self.models.get(seed.url, ())
