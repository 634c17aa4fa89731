"""The operators' JSON API: reading needs an operator, every change one who has just signed in. To others it is 404."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from portal.accounts.people import FreshOperator, Operator
from portal.models import Kind
from portal.operators.answers import (
    EventsAnswer,
    FoundKeysAnswer,
    KeyListAnswer,
    OverviewAnswer,
    PeopleAnswer,
    PersonDetailsAnswer,
    SearchAnswer,
)
from portal.operators.changes import LimitChange, Reason
from portal.operators.hygiene import KeyList
from portal.operators.paging import ActionFilter, PageNumber
from portal.operators.people import PeopleState, Search
from portal.operators.services import OperatorServices


class OperatorApi:
    def __init__(self, services: OperatorServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/operator", tags=["operator"])
        get, change = router.add_api_route, {"status_code": HTTPStatus.NO_CONTENT}
        get("/overview", self.overview, methods=["GET"])
        get("/search", self.search, methods=["POST"])
        get("/people", self.people, methods=["GET"])
        get("/people/{person_id}", self.person, methods=["GET"])
        get("/people/{person_id}/events", self.person_events, methods=["GET"])
        get("/keys", self.keys, methods=["GET"])
        get("/events", self.events, methods=["GET"])
        add: Any = router.add_api_route
        add("/people/{person_id}/block", self.block_person, methods=["POST"], **change)
        add("/people/{person_id}/unblock", self.unblock_person, methods=["POST"], **change)
        add("/people/{person_id}/sign-out", self.sign_out, methods=["POST"], **change)
        add("/people/{person_id}/limits", self.set_limits, methods=["PUT"], **change)
        add("/keys/{key_id}/block", self.block_key, methods=["POST"], **change)
        add("/keys/{key_id}/unblock", self.unblock_key, methods=["POST"], **change)
        add("/keys/{key_id}/revoke", self.revoke_key, methods=["POST"], **change)
        return router

    async def overview(self, _: Operator) -> OverviewAnswer:
        return OverviewAnswer.of(await self._services.overviews.now())

    async def search(self, search: Search, _: Operator) -> SearchAnswer:
        """People and keys. A whole key may be sent: it is compared by its hash and kept nowhere."""
        found = await self._services.people.search(search)
        return SearchAnswer(people=PeopleAnswer.of(found.people), keys=FoundKeysAnswer.of(found.keys))

    async def people(
        self, _: Operator, kind: Kind | None = None, state: PeopleState = PeopleState.ALL, page: PageNumber = 1
    ) -> PeopleAnswer:
        return PeopleAnswer.of(await self._services.people.page(kind, state, page))

    async def person(self, person_id: UUID, _: Operator) -> PersonDetailsAnswer:
        return PersonDetailsAnswer.of_details(await self._services.person.of(person_id))

    async def person_events(self, person_id: UUID, _: Operator, page: PageNumber = 1) -> EventsAnswer:
        return EventsAnswer.of(await self._services.audit.of_person(person_id, page))

    async def keys(self, _: Operator, list: KeyList = KeyList.ALL, page: PageNumber = 1) -> KeyListAnswer:  # noqa: A002 - the parameter's public name
        return KeyListAnswer.of(list, await self._services.hygiene.page(list, page))

    async def events(
        self, _: Operator, person_id: UUID | None = None, action: ActionFilter = None, page: PageNumber = 1
    ) -> EventsAnswer:
        """What operators did."""
        return EventsAnswer.of(await self._services.audit.operator_events(page, person_id, action))

    async def block_person(self, person_id: UUID, body: Reason, operator: FreshOperator) -> None:
        """Ends the person's sessions, sign-ins and the use of all their keys."""
        await self._services.blocking.block_person(person_id, operator, body.reason)

    async def unblock_person(self, person_id: UUID, body: Reason, operator: FreshOperator) -> None:
        """The keys that worked before work again."""
        await self._services.blocking.unblock_person(person_id, operator, body.reason)

    async def sign_out(self, person_id: UUID, operator: FreshOperator) -> None:
        await self._services.changes.sign_out(person_id, operator)

    async def set_limits(self, person_id: UUID, body: LimitChange, operator: FreshOperator) -> None:
        """All limits at once; what is left out follows the policy."""
        await self._services.changes.set_limits(person_id, operator, body)

    async def block_key(self, key_id: UUID, body: Reason, operator: FreshOperator) -> None:
        await self._services.blocking.block_key(key_id, operator, body.reason)

    async def unblock_key(self, key_id: UUID, body: Reason, operator: FreshOperator) -> None:
        await self._services.blocking.unblock_key(key_id, operator, body.reason)

    async def revoke_key(self, key_id: UUID, body: Reason, operator: FreshOperator) -> None:
        """For good; a revoked key can't be brought back."""
        await self._services.changes.revoke_key(key_id, operator, body.reason)
