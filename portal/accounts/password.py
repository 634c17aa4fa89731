"""Passwords: what makes one good enough, and their hashes.

The rules follow NIST SP 800-63B, section 5.1.1.2: length and a list of common ones, no rules about kinds of characters.
The hash is argon2id (https://www.rfc-editor.org/rfc/rfc9106), with the parameters of its second recommendation.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

MIN_LENGTH = 10
MAX_LENGTH = 200
# A shorter name would be found in passwords by chance.
MIN_NAME_LENGTH = 4
# Each hash takes 64 MiB and a core for a fifth of a second, so more at once would only be slower for everybody.
WORKERS = 2


@dataclass(frozen=True)
class Verified:
    """`better_hash` takes the place of the stored one, which was made with older parameters."""

    is_right: bool
    better_hash: str | None = None


class Passwords:
    """Works in threads of its own, so that nobody else's request waits for a hash."""

    def __init__(self, hashing: PasswordHash | None = None) -> None:
        self._hashing = hashing or PasswordHash((Argon2Hasher(),))
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="password")
        self._nobodys = self._workers.submit(self._hashing.hash, secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, self._hashing.hash, _normal(password))

    async def verify(self, password: str, stored: str | None) -> Verified:
        """With nothing stored the answer is no, after as long as it takes to find a wrong password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, self._verify, _normal(password), stored)

    def _verify(self, password: str, stored: str | None) -> Verified:
        is_right, better = self._hashing.verify_and_update(password, stored or self._nobodys.result())
        return Verified(is_right and stored is not None, better)


def weakness(password: str, email: str | None) -> str | None:
    """What is wrong with a new password, in words for the person; `None` when it is fine."""
    text = _normal(password[: MAX_LENGTH + 1])
    if len(text) < MIN_LENGTH:
        return f"Please use at least {MIN_LENGTH} characters. A few words that you will remember are fine."
    if len(password) > MAX_LENGTH:
        return f"Please use at most {MAX_LENGTH} characters."
    if text.casefold() in _common():
        return "This password is on the lists that attackers try first. Please choose another."
    name = _normal(email or "").split("@")[0].casefold()
    if len(name) >= MIN_NAME_LENGTH and name in text.casefold():
        return "Please leave your e-mail address out of your password; it is the first thing to be guessed."
    return None


def _normal(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    return frozenset(text.casefold() for text in FREQUENCY_LISTS["passwords"] if len(text) >= MIN_LENGTH)
