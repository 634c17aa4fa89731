"""Titles that a cheap model makes of the first question and answer, in place of the first words."""

import asyncio
from contextlib import aclosing
from uuid import UUID

from portal.clients.completion_errors import CompletionFailed
from portal.clients.completions import Completions, Question
from portal.conversations.titles import title_of
from portal.conversations.turns import TurnRecords
from portal.core.errors import PortalError
from portal.core.logs import get_logger

log = get_logger()

SECONDS = 15.0
MOST_READ = 1000
MOST_TOKENS = 30
INSTRUCTION = (
    "Give this conversation a title of at most six words, in the language of the question. "
    "Answer with the title alone, without quotes and without a full stop at its end."
)


class Naming:
    """Without a model it does nothing."""

    def __init__(self, completions: Completions, records: TurnRecords, model: str | None) -> None:
        self._completions = completions
        self._records = records
        self._model = model

    async def name(self, conversation: UUID, question: str, answer: str, key: str) -> str | None:
        """The new title, if there is one. Whatever goes wrong, the first words stay."""
        if not self._model or not answer:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                title = title_of(await self._ask(self._model, question, answer, key))
            return title if title and await self._records.name(conversation, title) else None
        except (CompletionFailed, PortalError, TimeoutError) as error:
            log.warning("chat.not_named", reason=type(error).__name__)
            return None

    async def _ask(self, model: str, question: str, answer: str, key: str) -> str:
        said = f"Question: {question[:MOST_READ]}\n\nAnswer: {answer[:MOST_READ]}\n\n{INSTRUCTION}"
        asked = Question(model, [{"role": "user", "content": said}], {"max_tokens": MOST_TOKENS})
        async with aclosing(self._completions.stream(asked, key)) as pieces:
            return "".join([piece.text async for piece in pieces]).strip().strip('"“”„')
