"""Stands between the portal and the real LiteLLM and waits at one of its routes until the test lets it go on."""

import asyncio
import threading
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

LONGEST_SECONDS = 60


class PausedGateway:
    """`moment` is `before` or `after` LiteLLM does what it is asked."""

    def __init__(self, gateway_url: str, path: str, moment: str) -> None:
        self._http = httpx.AsyncClient(base_url=gateway_url, timeout=60)
        self._path = path
        self._moment = moment
        self.reached = threading.Event()
        self.go_on = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._http.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
        request = Request(scope, receive)
        pauses = scope["path"] == self._path
        body = await request.body()
        if pauses and self._moment == "before":
            await self._pause()
        headers = {name: value for name, value in request.headers.items() if name in {"authorization", "content-type"}}
        answer = await self._http.request(
            request.method, request.url.path, params=request.query_params, content=body, headers=headers
        )
        if pauses and self._moment == "after":
            await self._pause()
        await Response(answer.content, answer.status_code, media_type="application/json")(scope, receive, send)

    async def _pause(self) -> None:
        self.reached.set()
        await asyncio.to_thread(self.go_on.wait, LONGEST_SECONDS)
