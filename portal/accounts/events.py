"""What a person can read about their account: one row per thing that happened, in the transaction that did it."""

from datetime import datetime
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.models import Action, Event

IPV4_PREFIX = 24
IPV6_PREFIX = 48


def record(
    session: AsyncSession,
    person_id: UUID,
    action: Action,
    at: datetime,
    *,
    ip: str | None = None,
    actor_id: UUID | None = None,
    **details: str,
) -> None:
    """Of `ip` only a prefix is kept. `details` are for people, never secrets."""
    network = coarse_place(ip) if ip else None
    session.add(Event(person_id=person_id, action=action, at=at, network=network, actor_id=actor_id, details=details))


def coarse_place(ip: str) -> str:
    address = ip_address(ip)
    return str(ip_network((address, IPV4_PREFIX if address.version == 4 else IPV6_PREFIX), strict=False))  # noqa: PLR2004
