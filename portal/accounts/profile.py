"""What a person calls themselves."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from portal.accounts.events import record
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Conflict, SignInNeeded
from portal.core.text import ONE_LINE
from portal.models import Action, Kind, Person

MAX_NAME_LENGTH = 80


PersonName = Annotated[str, StringConstraints(max_length=MAX_NAME_LENGTH, strip_whitespace=True), ONE_LINE]


class ProfileChange(BaseModel):
    """An empty name takes it away."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName


class NameFromAuth0(Conflict):
    code = "name_from_auth0"

    def __init__(self) -> None:
        super().__init__("Your name comes from Auth0. Change it there; we take it over when you sign in the next time.")


class Profiles:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def change(self, person: Person, wanted: ProfileChange, *, ip: str) -> Person:
        if person.kind is Kind.AUTH0:
            raise NameFromAuth0
        async with self._database.transaction() as session:
            row = await session.get(Person, person.id)
            if row is None:
                raise SignInNeeded
            if row.name != (wanted.name or None):
                row.name = wanted.name or None
                record(session, row.id, Action.PROFILE_CHANGED, self._clock(), ip=ip)
        return row
