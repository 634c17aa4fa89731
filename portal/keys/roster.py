"""Who is on a team's roster in LiteLLM: its first people, because every request of the team parses all of it.

LiteLLM's own pages show it, and nothing that people may do depends on it. So nobody waits for their place: everybody
who has come is put on it in one call, some seconds later, and what a process did not get to is found by the next look.
"""

from uuid import UUID

from sqlmodel import col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.keys.policy import Policies
from portal.models import IssuedKey, Person, Stage

log = get_logger()

# A member costs every request of the team 0.05 ms of processor time.
ROSTER_SIZE = 50


class Rosters:
    def __init__(self, database: Database, proxy: LitellmProxy, policies: Policies, *, size: int = ROSTER_SIZE) -> None:
        self._database = database
        self._proxy = proxy
        self._policies = policies
        self._size = size
        # The people for whom there was a place, or none left, when a roster was last looked at.
        self._seen: dict[str, set[UUID]] = {}

    async def fill(self) -> None:
        """Asks LiteLLM only where somebody is new; raises `ProxyUnavailable`."""
        for team in {policy.team for policy in self._policies.values()}:
            if len(self._seen.get(team, ())) < self._size:
                await self._fill(team)

    async def _fill(self, team: str) -> None:
        async with self._database.transaction() as session:
            people = (await session.exec(self._first(team))).all()
            if self._seen.get(team, set()).issuperset(people):
                return
            on_it = await self._proxy.roster(team)
            new = [str(person) for person in people if str(person) not in on_it][: max(0, self._size - len(on_it))]
            if new:
                await self._proxy.add_members(team, new)
                log.info("keys.roster_filled", team=team, people=len(new))
        self._seen[team] = set(people)

    def _first(self, team: str) -> SelectOfScalar[UUID]:
        """Nobody of them is deleted until they are on the roster, which would make them anew in LiteLLM."""
        with_keys = exists().where(
            col(IssuedKey.person_id) == col(Person.id),
            col(IssuedKey.team) == team,
            col(IssuedKey.stage) == Stage.CONFIRMED,
        )
        return (
            select(Person.id)
            .where(with_keys)
            .order_by(col(Person.created_at))
            .limit(self._size)
            .with_for_update(read=True, key_share=True, skip_locked=True)
        )
