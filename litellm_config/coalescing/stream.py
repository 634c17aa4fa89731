"""One event stream on its way from an endpoint to LiteLLM."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx

from litellm_config.coalescing.events import EventSplitter
from litellm_config.coalescing.merge import merge
from litellm_config.coalescing.window import Window

# So much of an answer is held at most for a reader that is slower than the endpoint.
MOST_BYTES = 256 * 1024


class CoalescedStream(httpx.AsyncByteStream):
    """An error of the endpoint comes after everything that came before it."""

    def __init__(self, source: httpx.AsyncByteStream, window: Window) -> None:
        self._source = source
        self._window = window

    async def __aiter__(self) -> AsyncIterator[bytes]:
        gathered = Gathered()
        with self._window as window:
            reading = asyncio.create_task(gathered.read(self._source))
            # A reader that stops at an error event does not come back for the error of the source.
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())
            try:
                while events := await gathered.take():
                    yield b"".join(merge(events))
                    await gathered.wait(window.seconds)
                await reading
                if gathered.rest:
                    yield gathered.rest
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await reading

    async def aclose(self) -> None:
        await self._source.aclose()


class Gathered:
    """What has been read and not been taken yet."""

    def __init__(self) -> None:
        self._splitter = EventSplitter()
        self._events: list[bytes] = []
        self._size = 0
        self._has_some = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_over = asyncio.Event()

    @property
    def rest(self) -> bytes:
        """An event that the end of the stream cut off."""
        return self._splitter.rest

    async def read(self, source: httpx.AsyncByteStream) -> None:
        try:
            async for chunk in source:
                events = self._splitter.feed(chunk)
                if not events:
                    continue
                self._events += events
                self._size += sum(map(len, events))
                self._has_some.set()
                if self._size > MOST_BYTES:
                    self._has_room.clear()
                    await self._has_room.wait()
        finally:
            self._is_over.set()
            self._has_some.set()

    async def take(self) -> list[bytes]:
        """At least one event; none when the stream is over."""
        await self._has_some.wait()
        events, self._events, self._size = self._events, [], 0
        if not self._is_over.is_set():
            self._has_some.clear()
        self._has_room.set()
        return events

    async def wait(self, seconds: float) -> None:
        """Less when there is nothing more to wait for: the stream is over, or as much has gathered as may."""
        if seconds and not self._is_over.is_set() and self._size <= MOST_BYTES:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), seconds)
