"""What this gateway is doing, for whoever tells others."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from litellm_config.catalogue import Catalogue, Mistake
from litellm_config.publications import Instance, InstanceState, PublishedCatalogue

log = structlog.get_logger()


class State:
    """`news` is set by every change, and cleared by who publishes."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        # One per start of the process, because two instances of one machine must differ.
        self.id = secrets.token_hex(4)
        self._phase: InstanceState = "starting"
        self._applied: Catalogue | None = None
        self._applied_at: datetime | None = None
        # Of the file as it is, and of a catalogue that was fine for us and not for LiteLLM.
        self._refused: tuple[Mistake, ...] = ()
        self._not_started: tuple[Mistake, ...] = ()

    @property
    def applied(self) -> Catalogue | None:
        return self._applied

    @property
    def phase(self) -> InstanceState:
        return self._phase

    @phase.setter
    def phase(self, phase: InstanceState) -> None:
        if phase != self._phase:
            self._phase = phase
            self.news.set()

    def note_applied(self, catalogue: Catalogue) -> None:
        """Does nothing when it is the one before, such as in a worker that takes the place of a lost one."""
        if self._applied is None or self._applied.version != catalogue.version:
            self._applied_at = datetime.now(UTC)
            self._applied = catalogue
            self.news.set()

    def note_file(self, mistakes: Sequence[Mistake]) -> None:
        for mistake in mistakes:
            log.error("gateway.catalogue_refused", mistake=str(mistake))
        self._refused = tuple(mistakes)
        self.news.set()

    def note_start(self, mistake: Mistake | None) -> None:
        self._not_started = (mistake,) if mistake else ()
        self.news.set()

    def catalogue(self) -> PublishedCatalogue | None:
        if self._applied is None or self._applied_at is None:
            return None
        return PublishedCatalogue(
            version=self._applied.version,
            applied_at=self._applied_at,
            models=self._applied.cards,
            other_names=self._applied.other_names,
        )

    def instance(self) -> Instance:
        return Instance(
            id=self.id,
            state=self._phase,
            version=self._applied.version if self._applied else None,
            applied_at=self._applied_at,
            seen_at=datetime.now(UTC),
            mistakes=self._refused + self._not_started,
        )
