"""The operators' forms: each changes one thing and leads back to the person's page."""

from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from portal.accounts.people import FreshOperator
from portal.operators.changes import LimitChange, Reason
from portal.operators.services import OperatorServices
from portal.web.forms import parsed

Form = TypeVar("Form", bound=BaseModel)


class OperatorActions:
    def __init__(self, services: OperatorServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/operator", include_in_schema=False)
        add: Any = router.add_api_route
        for path, action in {
            "/people/{person_id}/block": self.block_person,
            "/people/{person_id}/unblock": self.unblock_person,
            "/people/{person_id}/sign-out": self.sign_out,
            "/people/{person_id}/limits": self.set_limits,
            "/people/{person_id}/keys/{key_id}/block": self.block_key,
            "/people/{person_id}/keys/{key_id}/unblock": self.unblock_key,
            "/people/{person_id}/keys/{key_id}/revoke": self.revoke_key,
        }.items():
            add(path, action, methods=["POST"])
        return router

    async def block_person(self, request: Request, person_id: UUID, operator: FreshOperator) -> Response:
        form = await _form(request, Reason)
        await self._services.blocking.block_person(person_id, operator, form.reason)
        return _back_to(person_id, "blocked")

    async def unblock_person(self, request: Request, person_id: UUID, operator: FreshOperator) -> Response:
        form = await _form(request, Reason)
        await self._services.blocking.unblock_person(person_id, operator, form.reason)
        return _back_to(person_id, "unblocked")

    async def sign_out(self, person_id: UUID, operator: FreshOperator) -> Response:
        await self._services.changes.sign_out(person_id, operator)
        return _back_to(person_id, "signed-out")

    async def set_limits(self, request: Request, person_id: UUID, operator: FreshOperator) -> Response:
        await self._services.changes.set_limits(person_id, operator, await _form(request, LimitChange))
        return _back_to(person_id, "limits")

    async def block_key(self, request: Request, person_id: UUID, key_id: UUID, operator: FreshOperator) -> Response:
        form = await _form(request, Reason)
        await self._services.blocking.block_key(key_id, operator, form.reason)
        return _back_to(person_id, "key-blocked")

    async def unblock_key(self, request: Request, person_id: UUID, key_id: UUID, operator: FreshOperator) -> Response:
        form = await _form(request, Reason)
        await self._services.blocking.unblock_key(key_id, operator, form.reason)
        return _back_to(person_id, "key-unblocked")

    async def revoke_key(self, request: Request, person_id: UUID, key_id: UUID, operator: FreshOperator) -> Response:
        form = await _form(request, Reason)
        await self._services.changes.revoke_key(key_id, operator, form.reason)
        return _back_to(person_id, "key-revoked")


async def _form(request: Request, model: type[Form]) -> Form:
    return parsed(model, {name: str(value) for name, value in (await request.form()).items()})


def _back_to(person_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/operator/people/{person_id}?done={done}", HTTPStatus.SEE_OTHER)
