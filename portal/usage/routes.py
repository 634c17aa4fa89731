"""Usage over HTTP: the page, the JSON and the file say the same."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from portal.accounts.people import Owner
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.clients.litellm_spend import Counts
from portal.usage.charts import CHARTS, Figure, chart_of
from portal.usage.csv_file import csv_of
from portal.usage.report import UNKNOWN_MODEL, Usage, UsageReport
from portal.web.templating import Pages

PERIODS = (7, 30, 90)
DEFAULT_DAYS = 30
MAX_DAYS = 90

Days = Annotated[int, Query(ge=1, le=MAX_DAYS, description="today and the days before it, in UTC")]


class CountsAnswer(BaseModel):
    """`requests` holds the `failures`; `spend` is in US dollars."""

    model_config = ConfigDict(from_attributes=True)

    requests: int
    failures: int
    tokens_in: int
    tokens_out: int
    tokens: int
    spend: Decimal


class DayAnswer(CountsAnswer):
    day: date


class ModelAnswer(CountsAnswer):
    model: str


class KeyAnswer(CountsAnswer):
    """`id` is null for the chat, and for a key whose record is gone."""

    id: UUID | None
    name: str
    preview: str | None
    deleted: bool


class UsageAnswer(BaseModel):
    first_day: date
    last_day: date
    total: CountsAnswer
    days: Sequence[DayAnswer]
    models: Sequence[ModelAnswer]
    keys: Sequence[KeyAnswer]


class UsageRoutes:
    def __init__(self, report: UsageReport, pages: Pages) -> None:
        self._report = report
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter()
        add = router.add_api_route
        add("/api/usage", self.usage, methods=["GET"], tags=["usage"])
        page: dict[str, Any] = {"include_in_schema": False, "response_class": HTMLResponse}
        add("/usage", self.page, methods=["GET"], **page)
        add("/usage.csv", self.file, methods=["GET"], include_in_schema=False)
        return router

    async def usage(self, person: Owner, days: Days = DEFAULT_DAYS) -> UsageAnswer:
        """Your own requests, tokens and spend, by day, model and key; up to a minute late."""
        return _answer(await self._report.of(person.id, days))

    async def page(
        self, request: Request, person: Owner, days: Days = DEFAULT_DAYS, show: Figure = Figure.REQUESTS
    ) -> Response:
        """Goes on without LiteLLM and says that there are no figures."""
        context: dict[str, Any] = {"days": days, "periods": PERIODS, "show": show, "figures": CHARTS, "usage": None}
        try:
            usage = await self._report.of(person.id, days)
        except ProxyUnavailable:
            return self._pages.render(request, "usage/page.html", context)
        context |= {"usage": usage, "chart": chart_of(usage, show), "unknown_model": UNKNOWN_MODEL}
        return self._pages.render(request, "usage/page.html", context)

    async def file(self, person: Owner, days: Days = DEFAULT_DAYS) -> Response:
        usage = await self._report.of(person.id, days)
        name = f"usage-{usage.first}-to-{usage.last}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(csv_of(usage), media_type="text/csv", headers=headers)


def _answer(usage: Usage) -> UsageAnswer:
    return UsageAnswer(
        first_day=usage.first,
        last_day=usage.last,
        total=CountsAnswer.model_validate(usage.total),
        days=[DayAnswer(day=day, **_numbers(counts)) for day, counts in usage.days],
        models=[ModelAnswer(model=model, **_numbers(counts)) for model, counts in usage.models],
        keys=[
            KeyAnswer(id=key.id, name=key.name, preview=key.preview, deleted=key.is_deleted, **_numbers(counts))
            for key, counts in usage.keys
        ],
    )


def _numbers(counts: Counts) -> dict[str, Any]:
    return CountsAnswer.model_validate(counts).model_dump()
