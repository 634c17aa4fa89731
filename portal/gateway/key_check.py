"""Whether a key is one at all, asked before a body is read. What it may do is LiteLLM's to say."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

from portal.core.crypto import KEY_LENGTH, KEY_PREFIX, digest, is_api_key
from portal.core.errors import PortalError
from portal.gateway import errors

# LiteLLM takes no others.
PREFIX = "sk-"
# LiteLLM refuses by itself what has ended since.
KNOWN_SECONDS = 300.0
# Somebody may make the key in the meantime.
UNKNOWN_SECONDS = 3.0
PATIENCE_SECONDS = 3.0
MOST_REMEMBERED = 20_000

FindKey = Callable[[str], Awaitable[bool]]


class KeyCheck:
    """`find` asks LiteLLM for the SHA-256 of a key. `master` opens the whole of LiteLLM, and nothing here."""

    def __init__(self, find: FindKey, master: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._master = digest(master)
        self._monotonic = monotonic
        self._known: dict[str, float] = {}
        self._unknown: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[bool]] = {}

    async def __call__(self, key: str) -> None:
        """Raises the refusal."""
        token, now = digest(key), self._monotonic()
        if self._known.get(token, 0.0) > now:
            return
        if not has_form(key) or secrets.compare_digest(token, self._master) or self._unknown.get(token, 0.0) > now:
            raise errors.invalid_api_key()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                exists = await self._ask(token)
        except (PortalError, TimeoutError):
            # LiteLLM says itself what is the matter.
            return
        memory, seconds = (self._known, KNOWN_SECONDS) if exists else (self._unknown, UNKNOWN_SECONDS)
        while len(memory) >= MOST_REMEMBERED:
            del memory[next(iter(memory))]
        memory[token] = now + seconds
        if not exists:
            raise errors.invalid_api_key()

    async def _ask(self, token: str) -> bool:
        """Once for all that ask at the same time, of whom any may leave."""
        asking = self._asking.get(token)
        if asking is None:
            asking = self._asking[token] = asyncio.ensure_future(self._find(token))
            asking.add_done_callback(lambda _: self._asking.pop(token, None))
        return await asyncio.shield(asking)


def has_form(key: str) -> bool:
    """Those of people have a checksum; those of the chat, and of an operator who made them in LiteLLM, have none."""
    is_of_a_person = key.startswith(KEY_PREFIX) and len(key) == KEY_LENGTH
    return is_api_key(key) if is_of_a_person else key.startswith(PREFIX)
