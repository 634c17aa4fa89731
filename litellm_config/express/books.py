"""What answers cost, written as LiteLLM writes it, several answers at a time.

The rows of single calls are LiteLLM's own rows of a call just before, with another time, price and number of tokens.
Its sums, for key, person, team and day, are told once for all answers of a moment. LiteLLM brings both to the database.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy.spend_tracking.spend_tracking_utils import get_logging_payload

from litellm_config.cancellation import end_if_cancelled
from litellm_config.express.changes import ALL
from litellm_config.express.endpoints import Endpoint
from litellm_config.express.grants import CALLS, Grant
from litellm_config.worker_log import write_fault

SECONDS_BETWEEN = 0.5
MOST_TEMPLATES = 20_000
# Of one call alone, or the same for all calls of an endpoint and a third of the database.
LEFT_OUT = frozenset({"cost_breakdown", "litellm_overhead_time_ms", "model_map_information", "router_metadata"})
SAME_PRICE_USD = 1e-9

Row = dict[str, Any]


class Template(NamedTuple):
    """`notes` are the row's metadata."""

    row: Row
    notes: dict[str, Any]

    @property
    def names(self) -> tuple[str | None, ...]:
        return self.row["api_key"], self.notes.get("user_api_key_alias"), self.row["user"], self.row["team_id"]


@dataclass(frozen=True)
class Call:
    """One answer. Times in seconds since 1970; `usage` is OpenAI's."""

    id: str
    grant: Grant
    endpoint: Endpoint
    template: Template
    usage: Mapping[str, Any]
    price: float
    started_at: float
    first_at: float
    ended_at: float
    has_failed: bool = False
    is_cached: bool = False


class Books(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    def __init__(self, priced: Any) -> None:
        super().__init__()
        self._priced = priced
        self._templates: dict[tuple[str, str], Template | None] = {}
        self._waiting: list[Call] = []
        self._writing = asyncio.Lock()

    def template(self, token: str, endpoint: str) -> Template | None:
        return self._templates.get((token, endpoint))

    def forget_changed(self, names: Iterable[str]) -> None:
        """A row has the name of its key, too."""
        changed = set(names)
        for known, template in [*self._templates.items()]:
            if ALL in changed or template is None or not changed.isdisjoint(template.names):
                del self._templates[known]

    def note(self, call: Call, reserved: float) -> None:
        for budget in call.grant.budgets:
            budget.settle(reserved, call.price)
        self._waiting.append(call)

    async def async_log_success_event(
        self, kwargs: dict[str, Any], response_obj: Any, start_time: datetime, end_time: datetime
    ) -> None:
        """Of LiteLLM's own calls: the first one of a key at an endpoint shows what its row looks like."""
        call = kwargs.get("standard_logging_object")
        if not call or kwargs.get("call_type") not in CALLS or call["cache_hit"] or not call["model_id"]:
            return
        known = call["metadata"]["user_api_key_hash"], call["model_id"]
        if known in self._templates:
            return
        if len(self._templates) >= MOST_TEMPLATES:
            self._templates.clear()
        # An endpoint that LiteLLM prices in another way than we would, such as by the second, is left to it.
        ours = self._priced(call["model_id"], call["prompt_tokens"], call["completion_tokens"])
        if ours is None or abs(ours - (call["response_cost"] or 0)) > SAME_PRICE_USD:
            self._templates[known] = None
            return
        row: Row = dict(get_logging_payload(kwargs, response_obj, start_time, end_time))
        notes = {name: value for name, value in json.loads(row.pop("metadata")).items() if name not in LEFT_OUT}
        self._templates[known] = Template(row, notes)

    async def keep(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            await self.write()
            end_if_cancelled()

    async def write(self) -> None:
        """What has been noted so far is known to LiteLLM afterwards."""
        async with self._writing:
            calls, self._waiting = self._waiting, []
            try:
                if calls:
                    await self._write(calls)
            except Exception as error:  # noqa: BLE001 - LiteLLM's writer is its own, and requests go on
                write_fault("gateway.spend_not_written", error, answers=len(calls))

    async def _write(self, calls: Iterable[Call]) -> None:
        from litellm.proxy import proxy_server as proxy  # noqa: PLC0415 - filled while LiteLLM starts
        from litellm.proxy.utils import enqueue_spend_logs  # noqa: PLC0415 - as above

        groups: dict[tuple[str, str, bool], list[tuple[Call, Row]]] = defaultdict(list)
        rows = []
        for call in calls:
            row = row_of(call)
            rows.append(row)
            groups[call.grant.key.token, call.endpoint.id, call.has_failed].append((call, row))
        if not proxy.disable_spend_logs:
            await enqueue_spend_logs(proxy.prisma_client, tuple(rows))
        for group in groups.values():
            await _add_up(proxy, group)


def row_of(call: Call) -> Row:
    details = {name: value for name, value in call.usage.items() if not name.endswith("_tokens")}
    status = "failure" if call.has_failed else "success"
    notes = call.template.notes | {
        "litellm_call_id": call.id,
        "usage_object": dict(call.usage),
        "additional_usage_values": details,
        "status": status if call.has_failed else call.template.notes.get("status"),
    }
    return call.template.row | {
        "request_id": call.id,
        "litellm_call_id": call.id,
        "session_id": call.id,
        "startTime": _moment(call.started_at),
        "completionStartTime": datetime.fromtimestamp(call.first_at, UTC),
        "endTime": _moment(call.ended_at),
        "request_duration_ms": round((call.ended_at - call.started_at) * 1000),
        "prompt_tokens": call.usage["prompt_tokens"],
        "completion_tokens": call.usage["completion_tokens"],
        "total_tokens": call.usage["total_tokens"],
        "spend": call.price,
        "cache_hit": str(call.is_cached),
        "status": status,
        "metadata": json.dumps(notes),
    }


async def _add_up(proxy: Any, group: list[tuple[Call, Row]]) -> None:
    """All of one key, endpoint and status."""
    call, row = group[-1]
    key, spent = call.grant.key, sum(one.price for one, _ in group)
    whole: Row = {**row, "spend": spent, **_tokens(group)}
    writer, prisma = proxy.proxy_logging_obj.db_spend_update_writer, proxy.prisma_client
    await writer._update_user_db(spent, key.user_id, prisma, proxy.litellm_proxy_budget_name)
    await writer._update_key_db(spent, key.token, prisma)
    await writer._update_team_db(spent, key.team_id, key.user_id, prisma)
    for kind, owner, queue in (
        ("user", row["user"], writer.daily_spend_update_queue),
        ("team", row["team_id"], writer.daily_team_spend_update_queue),
    ):
        day = await writer._common_add_spend_log_transaction_to_daily_transaction(whole, prisma, kind)
        if day:
            parts = (
                owner,
                day["date"],
                row["api_key"],
                row["model"],
                row["custom_llm_provider"],
                day["endpoint"] or "",
            )
            await queue.add_update({"_".join(map(str, parts)): {f"{kind}_id": owner, **day, **_counts(group)}})
    for _, one in group:
        await writer._enqueue_model_usage_transaction(one, prisma)
    for budget in call.grant.budgets:
        budget.note_written(spent)
    try:
        started = datetime.fromtimestamp(call.started_at, UTC)
        await proxy.increment_spend_counters(key.token, key.team_id, key.user_id, spent, request_started_at=started)
    except Exception as error:  # noqa: BLE001 - without Redis; LiteLLM then reads the sums of the database anew
        write_fault("gateway.spend_not_counted", error)


def _tokens(group: list[tuple[Call, Row]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for _, row in group:
        sums.update({name: row[name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")})
    return sums


def _counts(group: list[tuple[Call, Row]]) -> dict[str, int]:
    answered = 0 if group[0][0].has_failed else len(group)
    return {
        "api_requests": len(group),
        "successful_requests": answered,
        "failed_requests": len(group) - answered,
        "total_response_time_ms": sum(row["request_duration_ms"] for _, row in group) if answered else 0,
        "timed_requests": answered,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
