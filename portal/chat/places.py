"""Where a turn is kept in Redis, and for how long.

`chat:turn:<person>:<turn>`  a stream of what was told, which a stranger cannot even name; it ends with an `end`
`chat:lease:<turn>`          the process that writes it; gone some seconds after that process is
`chat:ending:<turn>`         held by the one who ends a turn whose process is gone
`chat:stops:<process>`       what persons on other instances want stopped
`chat:answers:<person>`      answers that are being written for a person, to count them
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from portal.chat.frames import Numbered

# Its place in the stream, the frames in it, and whether they are the last: nothing, or one of the two below.
Entry = tuple[str, list[Numbered], str]
COMPLETE = "1"
# Written by another process than the rest.
INTERRUPTED = "interrupted"

# A stream holds less, because an answer has a longest length; a limit all the same.
MOST_AT_ONCE = 100_000
LEASE = timedelta(seconds=5)
COUNTED_FOR = timedelta(seconds=30)
KEPT_FOR = timedelta(hours=1)
TEMPORARY_KEPT_FOR = timedelta(minutes=10)


def turn_key(person_id: UUID, turn_id: UUID) -> str:
    return f"chat:turn:{person_id}:{turn_id}"


def lease_key(turn_id: UUID) -> str:
    return f"chat:lease:{turn_id}"


def ending_key(turn_id: UUID) -> str:
    return f"chat:ending:{turn_id}"


def stops_key(process: str) -> str:
    return f"chat:stops:{process}"


def answers_key(person_id: UUID) -> str:
    return f"chat:answers:{person_id}"


async def read_stream(redis: Redis, key: str, after: str = "-") -> list[Entry]:
    """What was written after the named place; all of it without one."""
    found: Any = await redis.xrange(key, min=after if after == "-" else f"({after}", count=MOST_AT_ONCE)
    return [
        (place, unpacked(fields["frames"]) if "frames" in fields else [], fields.get("end", ""))
        for place, fields in found
    ]


def packed(entries: list[Numbered]) -> str:
    """A line for each frame: JSON has no line breaks of its own."""
    return "\n".join(f"{seq} {text}" for seq, text in entries)


def unpacked(text: str) -> list[Numbered]:
    lines = (line.partition(" ") for line in text.split("\n"))
    return [(int(seq), frame) for seq, _, frame in lines]
