"""The operators' pages that only look; `actions` has the forms that change something."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from portal.accounts.people import Operator
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.core.errors import BadInput
from portal.models import Kind
from portal.operators.audit import OPERATOR_ACTIONS
from portal.operators.changes import LimitChange
from portal.operators.hygiene import KeyList
from portal.operators.overview import OperatorOverview
from portal.operators.paging import ActionFilter, PageNumber
from portal.operators.people import MAX_QUESTION_LENGTH, PeopleState, Search
from portal.operators.person import PersonDetails
from portal.operators.services import OperatorServices
from portal.web.charts import BarChart, Series, bar_chart
from portal.web.forms import parsed
from portal.web.numbers import compact, count
from portal.web.templating import Pages

KIND_NAMES = {Kind.PERMISSIONLESS: "Without an account", Kind.AUTH0: "Auth0", Kind.LOCAL: "Local account"}


class OperatorPages:
    def __init__(self, services: OperatorServices, pages: Pages) -> None:
        self._services = services
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/operator", include_in_schema=False, default_response_class=HTMLResponse)
        add = router.add_api_route
        add("", self.overview, methods=["GET"])
        add("/search", self.search, methods=["POST"])
        add("/people", self.people, methods=["GET"])
        add("/people/{person_id}", self.person, methods=["GET"])
        add("/keys", self.keys, methods=["GET"])
        add("/events", self.events, methods=["GET"])
        return router

    async def overview(self, request: Request, _: Operator) -> Response:
        overview = await self._services.overviews.now()
        context = {"overview": overview, "chart": _claims_chart(overview)}
        return self._render(request, "overview", context)

    async def search(self, request: Request, _: Operator) -> Response:
        """Answers a POST with the page itself: what people search for must not stand in an address."""
        form = await request.form()
        values = {name: str(form[name]) for name in ("q", "page") if name in form}
        try:
            search = parsed(Search, values)
        except BadInput as error:
            context = {"search": None, "found": None, "error": error.fields.get("q", error.message)}
            return self._render(request, "search", context, status=error.status)
        results = await self._services.people.search(search)
        return self._render(request, "search", {"search": search, "found": results, "error": None})

    async def people(
        self,
        request: Request,
        _: Operator,
        kind: Kind | None = None,
        state: PeopleState = PeopleState.ALL,
        page: PageNumber = 1,
    ) -> Response:
        found = await self._services.people.page(kind, state, page)
        return self._render(request, "people", {"page": found, "kind": kind, "state": state, "kinds": list(Kind)})

    async def person(self, request: Request, person_id: UUID, _: Operator, done: str = "") -> Response:
        details = await self._services.person.of(person_id)
        events = await self._services.audit.of_person(person_id)
        context: dict[str, Any] = {
            "details": details,
            "person": details.person,
            "events": events,
            "limit_names": list(LimitChange.model_fields),
            "done": done,
            "chart": _usage_chart(details),
        }
        return self._render(request, "person", context)

    async def keys(
        self,
        request: Request,
        _: Operator,
        list: KeyList = KeyList.ALL,  # noqa: A002 - the parameter's public name
        page: PageNumber = 1,
    ) -> Response:
        """Goes on without LiteLLM and says which lists have to wait."""
        try:
            found = await self._services.hygiene.page(list, page)
        except ProxyUnavailable:
            found = None
        counts = await self._services.hygiene.counts()
        return self._render(request, "keys", {"page": found, "which": list, "counts": counts})

    async def events(
        self,
        request: Request,
        _: Operator,
        person_id: UUID | None = None,
        action: ActionFilter = None,
        page: PageNumber = 1,
    ) -> Response:
        found = await self._services.audit.operator_events(page, person_id, action)
        context = {"page": found, "person_id": person_id, "action": action, "actions": OPERATOR_ACTIONS}
        return self._render(request, "events", context)

    def _render(self, request: Request, name: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
        common = {"here": name, "kind_names": KIND_NAMES, "max_question": MAX_QUESTION_LENGTH}
        return self._pages.render(request, f"operators/{name}.html", {**common, **context}, status=status)


def _claims_chart(overview: OperatorOverview) -> BarChart:
    by_day = dict(overview.claims)

    def text(day: date) -> str:
        parts = ", ".join(f"{count(number)} {KIND_NAMES[kind].lower()}" for kind, number in by_day[day].items())
        return f"{day:%a} {day.day} {day:%b}: {parts or 'no keys'}"

    total = sum(sum(claims.values()) for claims in by_day.values())
    return bar_chart(
        "Keys made per day",
        [(day, [claims.get(kind, 0) for kind in Kind]) for day, claims in overview.claims],
        [Series(KIND_NAMES[kind], shade) for shade, kind in enumerate(Kind, start=1)],
        summary=f"{count(total)} keys in {len(by_day)} days",
        tick=compact,
        text=text,
    )


def _usage_chart(details: PersonDetails) -> BarChart | None:
    if not details.days or not details.total or not details.total.requests:
        return None
    by_day = dict(details.days)
    return bar_chart(
        "Requests per day",
        [(day, (counts.requests - counts.failures, counts.failures)) for day, counts in details.days],
        [Series("Answered", 1), Series("Failed", 4)],
        summary=f"{count(details.total.requests)} requests in {len(by_day)} days",
        tick=compact,
        text=lambda day: f"{day:%a} {day.day} {day:%b}: {count(by_day[day].requests)} requests",
    )
