"""Whether LiteLLM answers, looked at in the background so that no request has to wait for the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.errors import PortalError
from portal.core.logs import get_logger

log = get_logger()

GatewayState = Literal["ready", "starting", "unavailable"]
SECONDS_BETWEEN_LOOKS = {"ready": 5.0, "starting": 0.5, "unavailable": 1.0}
# LiteLLM loads for about 20 seconds; what takes much longer than that is not a start any more.
STARTING_SECONDS = 180


class GatewayStatus:
    def __init__(self, proxy: LitellmProxy) -> None:
        self.state: GatewayState = "starting"
        # For examples; `None` until LiteLLM was ready once.
        self.example_model: str | None = None
        self._proxy = proxy
        self._since_start = 0.0

    async def is_there(self) -> bool:
        """As of seconds ago, and asked anew where it was not then."""
        return self.state == "ready" or await self._proxy.is_alive()

    async def watch(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Runs until cancelled; `when_ready` is called each time LiteLLM has come (back), until it succeeds."""

        async def prepare() -> None:
            await when_ready()
            self.example_model = await self._proxy.first_chat_model()

        prepared = False
        while True:
            alive = await self._proxy.is_alive()
            self._note(alive=alive)
            if alive and not prepared:
                prepared = await _succeeds(prepare)
            prepared = prepared and alive
            seconds = SECONDS_BETWEEN_LOOKS[self.state]
            await asyncio.sleep(seconds)
            self._since_start += seconds

    def _note(self, *, alive: bool) -> None:
        before = self.state
        if alive:
            self.state = "ready"
        elif before == "ready" or self._since_start > STARTING_SECONDS:
            self.state = "unavailable"
        if self.state != before:
            log.info("gateway.changed", state=self.state)


async def _succeeds(action: Callable[[], Awaitable[None]]) -> bool:
    try:
        await action()
    except PortalError as error:
        log.warning("gateway.preparation_failed", reason=error.message)
        return False
    return True
