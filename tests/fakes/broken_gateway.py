"""Stands between the portal and the real LiteLLM and breaks one of its routes, in a chosen manner."""

import asyncio
import threading
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class BrokenGateway:
    def __init__(self, gateway_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=gateway_url, timeout=60)
        self._path = ""
        self._manner = ""
        self.is_hanging = threading.Event()
        # The aliases of the keys that LiteLLM was asked to make.
        self.made: list[str] = []

    def breaks(self, path: str, manner: str) -> None:
        """`500` and `400` are answers, `cut` is none, `answer lost` cuts after LiteLLM has done its work.

        `hang` never answers, `hang after` neither, but after LiteLLM has done its work; `is_hanging` is set then.
        """
        self._path, self._manner = path, manner

    def heals(self) -> None:
        self._path = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._http.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
        request = Request(scope, receive)
        breaks = scope["path"] == self._path
        if breaks and self._manner == "hang":
            await self._hang()
        if breaks and self._manner in {"cut", "400", "500"}:
            if self._manner == "cut":
                return  # the server closes a connection that an application leaves without an answer
            await JSONResponse({"error": {"message": "boom"}}, int(self._manner))(scope, receive, send)
            return
        answer = await self._pass_on(request)
        if breaks and self._manner == "hang after":
            await self._hang()
        if breaks:
            return
        await answer(scope, receive, send)

    async def _hang(self) -> None:
        self.is_hanging.set()
        await asyncio.Event().wait()

    async def _pass_on(self, request: Request) -> Response:
        if request.url.path == "/key/generate":
            self.made.append((await request.json())["key_alias"])
        headers = {name: value for name, value in request.headers.items() if name in {"authorization", "content-type"}}
        answer = await self._http.request(
            request.method,
            request.url.path,
            params=request.query_params,
            content=await request.body(),
            headers=headers,
        )
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))
