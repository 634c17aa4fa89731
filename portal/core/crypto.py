"""Secrets: made here, compared by hash, never stored."""

import hashlib
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_letters
KEY_PREFIX = "sk-chatapi-"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
KEY_LENGTH = len(KEY_PREFIX) + RANDOM_LENGTH + CHECKSUM_LENGTH
PREVIEW_LENGTH = 4


def new_api_key() -> str:
    """A key that scanners can recognise in leaked text: prefix, 238 random bits, CRC-32 of what stands before it."""
    body = KEY_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def is_api_key(text: str) -> bool:
    body, checksum = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return text.startswith(KEY_PREFIX) and secrets.compare_digest(_checksum(body), checksum)


def preview(secret: str) -> str:
    return f"{secret[: len(KEY_PREFIX)]}…{secret[-PREVIEW_LENGTH:]}"


def new_session_token() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in hex: for a random secret as good as a slow hash, and what LiteLLM stores of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits
