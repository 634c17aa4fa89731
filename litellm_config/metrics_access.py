"""For whom `/metrics` exists, of the portal and of the gateway alike."""

from collections.abc import Mapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

FORWARDED = {b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"}


def may_read_metrics(scope: Mapping[str, Any], token: str | None) -> bool:
    """Whoever has the token; where none is set, whoever asks from this machine.

    A proxy on this machine has a loopback address too, so its visitors are told by their headers.
    """
    headers = dict(scope["headers"])
    if token:
        return compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode())
    return not FORWARDED & headers.keys() and _is_loopback(scope.get("client"))


def _is_loopback(client: tuple[str, int] | None) -> bool:
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False
