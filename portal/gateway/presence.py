"""Work that is worth doing only while the client is there."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeVar

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Result = TypeVar("Result")


class ClientGone(Exception):
    """There is nobody left to answer."""


async def while_present(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Ends the work as soon as the client leaves, and raises `ClientGone` then.

    The last byte of the answer is not sent by the work: a server reports the end of the answer like a departure.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(departure(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
