"""How often one person may make keys, by hand or by rotation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from portal.core.rates import Limit, RateLimiter

MESSAGE = "You have made many keys just now. Please wait a while and try again."


@asynccontextmanager
async def counted_change(limiter: RateLimiter, rate: str, person_id: UUID) -> AsyncIterator[None]:
    """Counted before the work, so that simultaneous requests can't pass together; given back when it fails."""
    limit = Limit(rate, "keys-made", str(person_id), MESSAGE)
    await limiter.take(limit)
    try:
        yield
    except BaseException:
        await limiter.give_back(limit)
        raise
