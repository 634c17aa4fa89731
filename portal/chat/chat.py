"""The chat, put together once: its routes, and what it does in the background."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from portal.chat.callers import Callers
from portal.chat.interrupted import Interruptions
from portal.chat.keeping import Keeping
from portal.chat.limits import ChatLimits
from portal.chat.meters import ChatMeters
from portal.chat.naming import Naming
from portal.chat.presence import Presence
from portal.chat.progress import Progress
from portal.chat.recorded import RecordedTurns
from portal.chat.routes import ChatRoutes
from portal.chat.turns import TurnParts, Turns
from portal.clients.catalogue import ModelCatalogue
from portal.clients.completions import Completions
from portal.conversations.turns import TurnRecords
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import PortalError
from portal.core.logs import get_logger
from portal.core.settings import Settings

log = get_logger()

SECONDS_BETWEEN_SWEEPS = 20.0


class Chat:
    """`upstream`: the connections to LiteLLM. `key_of`: the key with which it is asked for a person."""

    def __init__(
        self,
        settings: Settings,
        *,
        upstream: httpx.AsyncBaseTransport,
        database: Database,
        redis: Redis,
        catalogue: ModelCatalogue,
        key_of: Callable[[UUID], Awaitable[str]],
        registry: CollectorRegistry,
        clock: Clock,
    ) -> None:
        self._grace = settings.chat_stop_grace.total_seconds()
        self.limits = ChatLimits.of(settings)
        self._meters = ChatMeters(registry)
        records = TurnRecords(database, clock)
        completions = Completions(
            upstream,
            settings.litellm_api_endpoint,
            first_byte=settings.api_first_byte_timeout.total_seconds(),
            silence=settings.api_answer_silence.total_seconds(),
        )
        self._interruptions = Interruptions(redis, records, clock)
        progress = self._progress = Progress(redis)
        self._meters.follow(turns=lambda: progress.running, unwritten=lambda: progress.unwritten)
        self.turns = Turns(
            TurnParts(
                records=records,
                keeping=Keeping(records, self._meters, clock),
                progress=self._progress,
                recorded=RecordedTurns(redis, self._interruptions),
                completions=completions,
                catalogue=catalogue,
                key_of=key_of,
                naming=Naming(completions, records, settings.chat_title_model),
                limits=self.limits,
                meters=self._meters,
                answer_seconds=settings.api_request_timeout.total_seconds(),
            )
        )

    def routes(self, callers: Callers, base_url_of: Callable[[HTTPConnection], str]) -> ChatRoutes:
        presence = Presence(self._meters)
        return ChatRoutes(
            turns=self.turns, callers=callers, presence=presence, limits=self.limits, base_url_of=base_url_of
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At its end, running answers have a moment to come to theirs."""
        tasks = [asyncio.create_task(self._progress.watch()), asyncio.create_task(self._sweep())]
        try:
            yield
        finally:
            await self.turns.close(self._grace)
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _sweep(self) -> None:
        """Ends answers whose process is gone and that nobody asks for."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
            try:
                await self._interruptions.end_all()
            except (PortalError, RedisError) as error:
                log.warning("chat.interruptions_postponed", reason=type(error).__name__)
