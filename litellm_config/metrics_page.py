"""`/metrics` of a gateway: the figures of all its workers together, whichever of them is asked.

While the catalogue changes two workers answer side by side, and a worker that has ended leaves what it counted. So each
keeps its figures in files of one folder, which the supervisor gives them and removes at its own end.
https://prometheus.github.io/client_python/multiprocess/
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import InfoMetricFamily

from litellm_config import worker_figures
from litellm_config.metrics_access import may_read_metrics
from litellm_config.worker_files import WorkerFiles

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PATH = "/metrics"


class MetricsPage:
    """An ASGI application around LiteLLM's."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._token = os.environ.get("PORTAL_METRICS_TOKEN")
        self._registry = CollectorRegistry()
        self._registry.register(WorkerFiles(Path(os.environ[FOLDER])))
        # Of the worker that happens to answer.
        ProcessCollector(registry=self._registry)
        self._registry.register(Build())

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await self._answer(scope, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        noting = asyncio.create_task(worker_figures.watch())
        try:
            await self._app(scope, receive, send)
        finally:
            noting.cancel()
            with suppress(asyncio.CancelledError):
                await noting

    async def _answer(self, scope: dict[str, Any], send: Any) -> None:
        if is_meant := may_read_metrics(scope, self._token):
            await worker_figures.look()
        headers = [(b"content-type", CONTENT_TYPE_LATEST.encode())]
        await send({"type": "http.response.start", "status": 200 if is_meant else 404, "headers": headers})
        await send({"type": "http.response.body", "body": generate_latest(self._registry) if is_meant else b""})


class Build:
    def collect(self) -> Iterator[InfoMetricFamily]:
        yield InfoMetricFamily("gateway_build", "What runs here", value={"litellm": version("litellm")})
