"""Finding conversations by their titles and by what was said in them.

A person's own messages are looked through, whatever others have: 10,000 of them take about a tenth of a second. An
index over everybody's words would be faster for rare words, and take half a minute where Postgres guesses wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import punctuation
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text

from portal.conversations.excerpt import Part, excerpt
from portal.core.database import Database
from portal.models import Person

MOST_FOUND = 50
MOST_WORDS = 16
# What comes later in a text is not found, as the migration that made `message.search` says.
SEARCHED_CHARACTERS = 100_000
# Writing without spaces between words, or with endings on them, which Postgres does not take apart: Thai, Lao,
# Tibetan, Burmese, Khmer, Korean, Japanese and Chinese.
UNSPLIT = re.compile(
    "[\u0e00-\u0fff\u1000-\u11ff\u1780-\u17ff\u3040-\u31ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)

# The signs of ASCII, as in the migration.
SIGNS = str.maketrans(dict.fromkeys(punctuation, " "))

# `OFFSET 0` keeps Postgres from looking at the conversations of everybody.
FOUND = """
SELECT conversation.id, conversation.title, place.id AS message,
       COALESCE(place.created_at, conversation.updated_at) AS at
FROM conversation
LEFT JOIN LATERAL (
    SELECT id, created_at
    FROM (SELECT * FROM message WHERE conversation_id = conversation.id OFFSET 0) AS message
    WHERE {condition}
    ORDER BY created_at DESC
    LIMIT 1
) AS place ON true
WHERE person_id = :person AND deleted_at IS NULL
  AND (place.id IS NOT NULL OR title ILIKE ALL (CAST(:patterns AS text[])))
ORDER BY title ILIKE ALL (CAST(:patterns AS text[])) DESC, at DESC, conversation.id
LIMIT :most
"""
IN_WORDS = "search @@ to_tsquery('simple', :words)"
ANYWHERE = f"left(content, {SEARCHED_CHARACTERS}) ILIKE ALL (CAST(:patterns AS text[]))"
TEXTS = f"SELECT id, left(content, {SEARCHED_CHARACTERS}) FROM message WHERE id = ANY (CAST(:messages AS uuid[]))"  # noqa: S608


class Result(BaseModel):
    """`message`: the newest one in which everything was found; none where only the title has it."""

    conversation: UUID
    title: str
    message: UUID | None
    excerpt: list[Part]
    at: datetime


@dataclass(frozen=True)
class Question:
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Question":
        return cls(tuple(text.replace("\0", " ").split()[:MOST_WORDS]))

    @property
    def in_words(self) -> bool:
        whole = "".join(self.words)
        return not UNSPLIT.search(whole) and any(one.isalnum() for one in whole)

    @property
    def query(self) -> str:
        """Signs are spaces here as they are in what is looked through, so nothing is left that means anything special.

        https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
        """
        phrases = [phrase for word in self.words if (phrase := word.translate(SIGNS).split())]
        return " & ".join(" <-> ".join(f"'{part}'" for part in phrase) for phrase in phrases) + ":*"

    @property
    def patterns(self) -> list[str]:
        return ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in self.words]


class Searches:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, person: Person, wanted: str) -> list[Result]:
        """At most 50 conversations, those with the words in their title first, then the newest."""
        question = Question.of(wanted)
        if not question.words:
            return []
        condition = IN_WORDS if question.in_words else ANYWHERE
        values = {
            "person": person.id,
            "words": question.query,
            "patterns": question.patterns,
            "most": MOST_FOUND,
        }
        async with self._database.transaction() as session:
            connection = await session.connection()
            rows = (await connection.execute(text(FOUND.format(condition=condition)), values)).all()
            ids = [row.message for row in rows if row.message]
            contents = {row[0]: row[1] for row in await connection.execute(text(TEXTS), {"messages": ids})}
        return _results(rows, contents, question)


def _results(rows: Sequence[Any], contents: dict[UUID, str], question: Question) -> list[Result]:
    return [
        Result(
            conversation=row.id,
            title=row.title,
            message=row.message,
            excerpt=excerpt(
                contents.get(row.message, row.title),
                question.words,
                in_words=question.in_words and row.message is not None,
            ),
            at=row.at,
        )
        for row in rows
    ]
