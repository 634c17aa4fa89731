"""An endpoint that answers for its models, or whatever a test sets. A real server."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from litellm_config.catalogue import Endpoint
from litellm_config.endpoints import Pace

QUICK = Pace(up=0.1, down=0.05, tick=0.02, lock=30, news=30, discovery=0.1)
NOBODY = "http://127.0.0.1:9/v1"


@dataclass
class SomeEndpoint:
    """Answers the list of its models, or whatever a test sets."""

    models: list[str] = field(default_factory=lambda: ["some-model"])
    status: int = 200
    silence: float = 0
    hiccups: int = 0
    api_key: str | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        request = Request(scope, receive)
        self.asked.append(f"{request.method} {request.url.path}")
        await asyncio.sleep(self.silence)
        await self.answer(request)(scope, receive, send)

    def answer(self, request: Request) -> Response:
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return JSONResponse({"error": {"message": "no"}}, 401)
        if self.hiccups:
            self.hiccups -= 1
            return Response("busy", 503)
        if self.status != 200:
            return Response("an error", self.status)
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]})

    def endpoint(self, model: str = "some-model", **fields: object) -> Endpoint:
        return Endpoint(**{"model": model, "mode": "chat", "provider_model": model, "api_base": self.url, **fields})
