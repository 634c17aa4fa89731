"""What stands before people without an account who want a key or to chat: limits of their network, and the CAPTCHA."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from portal.accounts.session import Session, Sessions
from portal.clients.captcha import Captcha
from portal.core.rates import Limit, RateLimiter
from portal.core.settings import Settings
from portal.models import Person


class Newcomers:
    """`network` is what limits count: an IPv4 address or an IPv6 /64."""

    def __init__(self, settings: Settings, *, sessions: Sessions, limiter: RateLimiter, captcha: Captcha) -> None:
        self._settings = settings
        self._sessions = sessions
        self._limiter = limiter
        self._captcha = captcha

    async def check(self, captcha: str, *, ip: str, network: str) -> None:
        """An attempt, counted whatever becomes of it; raises `LimitReached`, or what the CAPTCHA raises."""
        await self._limiter.take(self._attempts(network))
        await self._captcha.verify(captcha, ip=ip)

    async def forget_attempt(self, network: str) -> None:
        """The one that `check` has counted."""
        await self._limiter.give_back(self._attempts(network))

    @asynccontextmanager
    async def counted(self, network: str, session: Session | None, *, sorry: str) -> AsyncIterator[None]:
        """Counted before the work, so that simultaneous claims can't pass together; given back when it fails.

        `sorry` is what people read when their `{}` has had its share.
        """
        taken: list[Limit] = []
        try:
            for limit in self._limits(network, session, sorry):
                await self._limiter.take(limit)
                taken.append(limit)
            yield
        except BaseException:
            for limit in taken:
                await self._limiter.give_back(limit)
            raise

    def only_tab(self, browser: str | None, session: Session | None) -> AbstractAsyncContextManager[None]:
        """Around everything that makes somebody new; raises `OtherTab`."""
        return self._sessions.only_tab(None if session else browser)

    @asynccontextmanager
    async def session(self, person: Person, session: Session | None) -> AsyncIterator[str | None]:
        """A session for a new person, started before anything is theirs, so that nothing is ever without one."""
        if session and session.person_id == person.id:
            yield None
            return
        token = await self._sessions.start(person)
        try:
            yield token
        except BaseException:
            await self._sessions.end(token)
            raise

    def _attempts(self, network: str) -> Limit:
        text = "Too many tries from your network. Please wait a while and try again."
        return Limit(self._settings.claim_attempts_per_ip, "claim-attempts", network, text)

    def _limits(self, network: str, session: Session | None, sorry: str) -> list[Limit]:
        limits = [Limit(self._settings.claims_per_ip, "claims-per-ip", network, sorry.format("network"))]
        if session:
            who = str(session.person_id)
            limits.append(Limit(self._settings.claims_per_session, "claims-per-session", who, sorry.format("browser")))
        return limits
