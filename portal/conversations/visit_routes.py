"""The way in for people without an account who want to chat."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from portal.accounts.account_answers import AccountAnswer
from portal.accounts.auth_routes import no_store
from portal.accounts.cookie import CurrentSession, SessionCookie
from portal.accounts.people import People
from portal.accounts.sign_in import PersonBlocked
from portal.conversations.visit import AlreadyKnown, VisitRequest, Visits
from portal.core.settings import Settings
from portal.web.client_address import client_ip, network_of


class VisitRoutes:
    def __init__(self, visits: Visits, settings: Settings, *, people: People, cookie: SessionCookie) -> None:
        self._visits = visits
        self._settings = settings
        self._people = people
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/chat", tags=["chat"], dependencies=[Depends(no_store)])
        router.add_api_route("/visit", self.visit, methods=["POST"], status_code=HTTPStatus.CREATED)
        return router

    async def visit(
        self, body: VisitRequest, request: Request, response: Response, session: CurrentSession
    ) -> AccountAnswer:
        """Lets somebody without an account chat: the answer carries the cookie of a session. The terms are accepted,
        and the CAPTCHA solved, once.
        """
        known = await self._people.find(session.person_id) if session else None
        if known:
            raise PersonBlocked if known.blocked_at else AlreadyKnown
        ip = client_ip(request, self._settings.trusted_proxies)
        person, token = await self._visits.begin(
            body, browser=self._cookie.browser(request), ip=ip, network=network_of(ip)
        )
        self._cookie.set(response, token)
        return AccountAnswer.of(person)
