"""What one worker knows of itself and nobody tells it when it changes: looked at every few seconds."""

import asyncio
import sys
from typing import Any

from prometheus_client import Gauge

from litellm_config.worker_log import write_fault

SECONDS_BETWEEN_LOOKS = 5.0
MOST_ENDPOINTS = 2000

waiting_spend = Gauge(
    "gateway_spend_waiting",
    "Answered calls whose record and price are not in the database yet, of all workers",
    registry=None,
    multiprocess_mode="livesum",
)
resting = Gauge(
    "gateway_endpoint_resting",
    "1 for an endpoint that is left alone for a while, because it failed",
    ["model", "endpoint"],
    registry=None,
    multiprocess_mode="livemax",
)


async def watch() -> None:
    """Until it is cancelled."""
    while True:
        await look()
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def look() -> None:
    """LiteLLM is starting at first, and its parts are there one by one."""
    proxy = sys.modules.get("litellm.proxy.proxy_server")
    try:
        if proxy and proxy.prisma_client:
            _note_spend(proxy)
        if proxy and proxy.llm_router:
            await _note_rest(proxy.llm_router)
    except Exception as error:  # noqa: BLE001 - LiteLLM's parts are its own, and no request may suffer for a figure
        write_fault("gateway.figures_not_noted", error)


def _note_spend(proxy: Any) -> None:
    """The rows of single calls, and the sums per key, team and person, wait in two places."""
    rows = len(proxy.prisma_client.spend_log_transactions)
    sums = proxy.proxy_logging_obj.db_spend_update_writer.spend_update_queue.update_queue.qsize()
    waiting_spend.set(max(rows, sums))


async def _note_rest(router: Any) -> None:
    """`model_list` is the catalogue's, so that a request adds nothing to it."""
    models = {str(one["model_info"]["id"]): one["model_name"] for one in router.model_list[:MOST_ENDPOINTS]}
    found = await router.cooldown_cache.async_get_active_cooldowns(list(models), None)
    at_rest = {endpoint for endpoint, _ in found}
    for endpoint, model in models.items():
        resting.labels(model, endpoint).set(endpoint in at_rest)
