"""Who answers where the catalogue says that models run, and with what status."""

import asyncio
from collections.abc import Iterable

import httpx

from litellm_config.endpoints.address import Address

SECONDS = 3.0
MOST_AT_ONCE = 32


def statuses_of(addresses: Iterable[Address]) -> dict[Address, int | None]:
    """`None` where nobody answers. All are asked at once, so it takes a few seconds however many there are."""
    return asyncio.run(_statuses_of(list(addresses)))


async def _statuses_of(addresses: list[Address]) -> dict[Address, int | None]:
    limits = httpx.Limits(max_connections=MOST_AT_ONCE)
    async with httpx.AsyncClient(timeout=SECONDS, limits=limits) as http:
        return dict(zip(addresses, await asyncio.gather(*(_status(http, one) for one in addresses)), strict=True))


async def _status(http: httpx.AsyncClient, address: Address) -> int | None:
    """Asks for the list of models, which costs nothing; what is in it is not looked at."""
    url, headers = f"{address.api_base}/models", address.request_headers
    try:
        async with asyncio.timeout(SECONDS), http.stream("GET", url, headers=headers) as response:
            return response.status_code
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
