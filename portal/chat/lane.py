"""One model's answer within a turn: a task of its own, with its own end. What happens here touches no other lane."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from litellm_config.catalogue import Card
from portal.chat.window import Fitted
from portal.clients.completion_errors import CompletionFailed, TimedOut, UpstreamFailed
from portal.clients.completion_events import Piece
from portal.clients.completions import Question
from portal.conversations.answers import Facts
from portal.conversations.turns import Ending
from portal.core.logs import get_logger
from portal.models import MessageState

log = get_logger()

TOO_LONG = "length"


# Closing it ends the request.
Ask = Callable[[], AsyncGenerator[Piece, None]]
Tell = Callable[["Lane"], None]


@dataclass(frozen=True)
class LanePlan:
    """What a lane is to do. `refusal`: why its model is not even asked.

    `written`, `thought`: of an answer that goes on, from before.
    """

    number: int
    answer: UUID
    question: Question
    fitted: Fitted
    card: Card | None
    refusal: CompletionFailed | None = None
    written: str = ""
    thought: str = ""


class Lane:
    def __init__(self, plan: LanePlan, *, started: float, most_characters: int) -> None:
        self.plan = plan
        self.failure: CompletionFailed | None = None
        self.has_told = False
        self._started = started
        self._most_characters = most_characters
        self._texts, self._thoughts = [plan.written], [plan.thought]
        self._untold_texts: list[str] = []
        self._untold_thoughts: list[str] = []
        self._characters = 0
        self._first_at: float | None = None
        self._last = Piece()
        self._asked_to_end: MessageState | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def start(self, ask: Ask, tell: Tell, may_tell: asyncio.Event, seconds: float) -> None:
        """`tell` is called when there is something new, not before `may_tell`."""
        self._reading = asyncio.create_task(self._read(ask, tell, may_tell, seconds))

    def end(self, state: MessageState) -> None:
        """Stopped or interrupted; does nothing when the model has come to its end."""
        if self._reading and not self._reading.done() and self._asked_to_end is None:
            self._asked_to_end = state
            self._reading.cancel()

    async def ended(self) -> Ending:
        """Waits for the end, and says which it was."""
        assert self._reading  # noqa: S101 - a lane is started where it is made
        await asyncio.wait([self._reading])
        return self._ending(self._outcome(self._reading))

    def take_untold(self) -> tuple[str, str]:
        """Text and reasoning that came since the last time."""
        untold = "".join(self._untold_texts), "".join(self._untold_thoughts)
        self._untold_texts.clear()
        self._untold_thoughts.clear()
        return untold

    async def _read(self, ask: Ask, tell: Tell, may_tell: asyncio.Event, seconds: float) -> None:
        if self.plan.refusal:
            raise self.plan.refusal
        async with asyncio.timeout(seconds), aclosing(ask()) as pieces:
            async for piece in pieces:
                if self._first_at is None:
                    self._first_at = time.perf_counter()
                    await may_tell.wait()
                self._take(piece)
                tell(self)
                if self._characters > self._most_characters:
                    self._last = Piece(finish_reason=TOO_LONG)
                    return

    def _take(self, piece: Piece) -> None:
        if piece.text:
            self._texts.append(piece.text)
            self._untold_texts.append(piece.text)
        if piece.reasoning:
            self._thoughts.append(piece.reasoning)
            self._untold_thoughts.append(piece.reasoning)
        self._characters += len(piece.text) + len(piece.reasoning)
        self._last = piece

    def _outcome(self, reading: "asyncio.Task[None]") -> MessageState:
        if reading.cancelled():
            return self._asked_to_end or MessageState.INTERRUPTED
        error = reading.exception()
        if error is None:
            return MessageState.COMPLETE
        if isinstance(error, CompletionFailed):
            self.failure = error
        elif isinstance(error, TimeoutError):
            self.failure = TimedOut()
        else:
            log.error("chat.lane_crashed", model=self.plan.question.model, exc_info=error)
            self.failure = UpstreamFailed()
        return MessageState.FAILED

    def _ending(self, state: MessageState) -> Ending:
        return Ending(
            state=state,
            content=self.text,
            reasoning="".join(self._thoughts),
            facts=self._facts(),
            error_code=self.failure.code if self.failure else None,
            finish_reason=self._last.finish_reason,
        )

    def _facts(self) -> Facts:
        seconds = time.perf_counter() - self._started
        first = self._first_at - self._started if self._first_at else None
        tokens_in, tokens_out = self._last.tokens_in, self._last.tokens_out
        writing = seconds - first if first is not None else 0
        return Facts(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=self._cost(tokens_in, tokens_out),
            first_token_seconds=round(first, 4) if first is not None else None,
            seconds=round(seconds, 4),
            tokens_per_second=round(tokens_out / writing, 1) if tokens_out and writing > 0 else None,
            dropped=self.plan.fitted.dropped,
        )

    def _cost(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        card = self.plan.card
        if card is None or tokens_in is None or tokens_out is None:
            return None
        if card.input_cost_per_token is None or card.output_cost_per_token is None:
            return None
        return tokens_in * card.input_cost_per_token + tokens_out * card.output_cost_per_token
