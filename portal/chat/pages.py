"""The page of the chat: everything that its scripts begin with is in the page, so that nothing is asked for twice."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from portal.accounts.cookie import SessionCookie, Visitor
from portal.accounts.people import Owner, People
from portal.accounts.session import Session
from portal.chat.shelf import Shelf
from portal.clients.captcha import Captcha
from portal.conversations.answers import ConversationAnswer, MessageAnswer, Parameters, WholeConversation
from portal.conversations.folders import Folders
from portal.conversations.history import History
from portal.keys.policy import Policies, Policy
from portal.models import Kind, Person
from portal.web.captcha_field import captcha_context
from portal.web.templating import Pages

# As `GET /api/models` gives it.
Model = dict[str, Any]


class Defaults(BaseModel):
    """How a new chat begins."""

    models: Sequence[str]
    parameters: Parameters = Parameters()
    system_prompt: str = ""
    temporary: bool = False
    folder: UUID | None = None


@dataclass(frozen=True)
class ChatPages:
    """`models`: those that chat, as `GET /api/models` gives them; `limits`: as in the socket's `ready`."""

    people: People
    history: History
    folders: Folders
    models: Callable[[], Sequence[Model]]
    policies: Policies
    limits: Mapping[str, int]
    captcha: Captcha
    pages: Pages
    cookie: SessionCookie

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        page: dict[str, Any] = {"methods": ["GET"], "response_class": HTMLResponse}
        router.add_api_route("/chat", self.new, **page)
        router.add_api_route("/chat/{conversation_id}", self.conversation, **page)
        return router

    async def new(self, request: Request, session: Visitor, model: str = "") -> Response:
        """For everybody. A model that can't chat here is no choice, and the page has its own."""
        person = await self._person(session)
        response = await self._page(request, person, None, wished=model)
        if session is None:
            self.cookie.know_browser(request, response)
        return response

    async def conversation(self, request: Request, person: Owner, conversation_id: str) -> Response:
        found, messages = await self.history.whole(person, conversation_id)
        whole = WholeConversation(
            **ConversationAnswer.of(found).model_dump(), messages=[MessageAnswer.of(one) for one in messages]
        )
        return await self._page(request, person, whole)

    async def _person(self, session: Session | None) -> Person | None:
        person = await self.people.find(session.person_id) if session else None
        return None if person is None or person.blocked_at else person

    async def _page(
        self, request: Request, person: Person | None, conversation: WholeConversation | None, wished: str = ""
    ) -> Response:
        shelf = await Shelf.of(person, self.history, self.folders) if person else Shelf()
        models = self._models(self.policies[person.kind if person else Kind.PERMISSIONLESS])
        newest = conversation or next(iter(shelf.conversations), None)
        defaults = Defaults(models=_chosen(models, wished, newest.models if newest else []))
        data = {
            "conversation": conversation and conversation.model_dump(mode="json"),
            "defaults": defaults.model_dump(mode="json"),
            "models": models,
            "viewer": {"kind": person and person.kind},
            "limits": dict(self.limits),
            **shelf.model_dump(mode="json"),
        }
        context = {
            "data": script_json(data),
            "conversation": conversation,
            "shelf": shelf,
            "person": person,
            "captcha": captcha_context(self.captcha),
            "visit": self.policies[Kind.PERMISSIONLESS],
        }
        return self.pages.render(request, "chat/page.html", context)

    def _models(self, policy: Policy) -> list[Model]:
        return [one for one in self.models() if not policy.models or one["id"] in policy.models]


def _chosen(models: Sequence[Model], wished: str, before: Sequence[str]) -> list[str]:
    """The wish, or what was used last, or the first that answers; nothing where there is no model at all."""
    known = [one["id"] for one in models]
    usable = [one["id"] for one in models if one["available"] is not False]
    if wished in known:
        return [wished]
    return [one for one in before if one in usable] or (usable or known)[:1]


def script_json(data: Any) -> str:
    """For a `<script>`, which no text in it can end: https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements"""
    return json.dumps(data).replace("<", "\\u003c")
