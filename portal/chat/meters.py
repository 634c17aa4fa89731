"""What Prometheus and the log are told of the chat: figures and models, never a word of what is said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from portal.conversations.answers import MessageAnswer
from portal.core.logs import get_logger

log = get_logger()

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class ChatMeters:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.sockets = Gauge("portal_chat_sockets", "Open sockets of the chat", registry=registry)
        self.answers = Gauge("portal_chat_answers_in_flight", "Answers that are being written", registry=registry)
        self._ended = Counter("portal_chat_answers", "Answers at their end", ["state", "code"], registry=registry)
        self._first_token = Histogram(
            "portal_chat_first_token_seconds", "Time from question to first token", buckets=SECONDS, registry=registry
        )
        self._turns = Gauge("portal_chat_turns_in_flight", "Questions that are being answered", registry=registry)
        self._unwritten = Gauge(
            "portal_chat_frames_unwritten", "Pieces of running answers that Redis does not have yet", registry=registry
        )
        self._unkept = Gauge(
            "portal_chat_answers_unkept", "Ended answers that Postgres has not taken yet", registry=registry
        )
        self._lost = Counter(
            "portal_chat_answers_lost", "Ended answers that Postgres did not take in time", registry=registry
        )

    def follow(self, *, turns: Callable[[], int], unwritten: Callable[[], int]) -> None:
        self._turns.set_function(turns)
        self._unwritten.set_function(unwritten)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        self._unkept.inc()
        try:
            yield
        finally:
            self._unkept.dec()

    def answer_lost(self) -> None:
        self._lost.inc()

    @contextmanager
    def answering(self, count: int) -> Iterator[None]:
        self.answers.inc(count)
        try:
            yield
        finally:
            self.answers.dec(count)

    def turn_started(self, turn: UUID, models: list[str], *, is_temporary: bool, seconds: float) -> None:
        log.info(
            "chat.turn_started", turn=str(turn), models=models, temporary=is_temporary, ms=round(seconds * 1000, 1)
        )

    def lane_ended(self, turn: UUID, message: MessageAnswer) -> None:
        facts = message.facts
        self._ended.labels(message.state, message.error_code or "").inc()
        if facts.first_token_seconds is not None:
            self._first_token.observe(facts.first_token_seconds)
        log.info(
            "chat.lane_ended",
            turn=str(turn),
            lane=message.lane,
            model=message.model,
            state=message.state,
            code=message.error_code,
            first_token_seconds=facts.first_token_seconds,
            seconds=facts.seconds,
            tokens_in=facts.tokens_in,
            tokens_out=facts.tokens_out,
        )
