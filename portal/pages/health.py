"""Whether we run (`/healthz`) and whether we can do our work (`/readyz`); no details, because both are public."""

from collections.abc import Awaitable, Collection
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlmodel import select

from portal.clients.catalogue import ModelCatalogue
from portal.clients.gateway_status import GatewayState, GatewayStatus
from portal.core.database import Database
from portal.core.errors import Unavailable
from portal.core.roles import Role
from portal.web.serving import is_stopping


class HealthRoutes:
    def __init__(
        self,
        roles: Collection[Role],
        *,
        database: Database,
        redis: Redis,
        gateway: GatewayStatus,
        catalogue: ModelCatalogue,
    ) -> None:
        # The door keeps nothing, and knows its callers by LiteLLM alone.
        self._keeps = bool(set(roles) - {"api"})
        self._database = database
        self._redis = redis
        self._gateway = gateway
        self._catalogue = catalogue

    def router(self) -> APIRouter:
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.healthz, methods=["GET"])
        router.add_api_route("/readyz", self.readyz, methods=["GET"])
        router.add_api_route("/api/status", self.status, methods=["GET"])
        return router

    async def healthz(self, request: Request) -> JSONResponse:
        """Whether this process runs and is going to; 503 once it was told to stop, while it still answers."""
        if is_stopping(request):
            return JSONResponse({"status": "stopping"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    async def readyz(self) -> JSONResponse:
        """Whether everything that it needs can be reached; 503 where not."""
        parts = {"gateway": self._gateway.state == "ready"}
        if self._keeps:
            parts |= {
                "postgres": await _answers(self._ask_postgres()),
                "redis": await _answers(self._ask_redis()) and self._catalogue.was_read,
            }
        ready = all(parts.values())
        content = {"ready": ready, "parts": {name: "ok" if ok else "unavailable" for name, ok in parts.items()}}
        return JSONResponse(content, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    async def status(self) -> dict[str, GatewayState]:
        """What the notice on each page follows."""
        return {"gateway": self._gateway.state}

    async def _ask_postgres(self) -> None:
        async with self._database.transaction() as session:
            await session.exec(select(1))

    async def _ask_redis(self) -> None:
        await self._redis.ping()


async def _answers(question: Awaitable[None]) -> bool:
    try:
        await question
    except (Unavailable, RedisError):
        return False
    return True
