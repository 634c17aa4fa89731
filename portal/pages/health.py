"""Whether we run (`/healthz`) and whether we can do our work (`/readyz`); no details, because both are public."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from portal.clients.gateway_status import GatewayState, GatewayStatus
from portal.pages.parts import Parts
from portal.web.serving import is_stopping


class HealthRoutes:
    def __init__(self, parts: Parts, gateway: GatewayStatus) -> None:
        self._parts = parts
        self._gateway = gateway

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
        parts = await self._parts.look()
        ready = all(parts.values())
        content = {"ready": ready, "parts": {name: "ok" if ok else "unavailable" for name, ok in parts.items()}}
        return JSONResponse(content, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    async def status(self) -> dict[str, GatewayState]:
        """What the notice on each page follows."""
        return {"gateway": self._gateway.state}
