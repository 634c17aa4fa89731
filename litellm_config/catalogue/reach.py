"""Whether somebody answers where the catalogue says that models run. What they answer is not looked at."""

import asyncio
from collections.abc import Iterable

import httpx

SECONDS = 3.0
MOST_AT_ONCE = 32


def find_unreachable(addresses: Iterable[str]) -> set[str]:
    """All are asked at once, so it takes a few seconds however many there are."""
    return asyncio.run(_find_unreachable(sorted(set(addresses))))


async def _find_unreachable(addresses: list[str]) -> set[str]:
    limits = httpx.Limits(max_connections=MOST_AT_ONCE)
    async with httpx.AsyncClient(timeout=SECONDS, limits=limits) as http:
        answers = await asyncio.gather(*(_answers(http, address) for address in addresses))
    return {address for address, is_there in zip(addresses, answers, strict=True) if not is_there}


async def _answers(http: httpx.AsyncClient, address: str) -> bool:
    try:
        async with asyncio.timeout(SECONDS), http.stream("GET", f"{address.rstrip('/')}/models"):
            return True
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
