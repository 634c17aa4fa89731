"""The end of an account: first its keys in LiteLLM, then its sessions, then everything that we know."""

from pydantic import BaseModel, ConfigDict

from portal.accounts.session import Sessions
from portal.clients.litellm_proxy import LitellmProxy
from portal.core.database import Database
from portal.core.errors import BadInput
from portal.core.logs import get_logger
from portal.models import Person

WORD = "delete"

log = get_logger()


class Deletion(BaseModel):
    """`confirm` is the account's e-mail address or the word `delete`."""

    model_config = ConfigDict(extra="forbid")

    confirm: str


class Deletions:
    def __init__(self, database: Database, proxy: LitellmProxy, sessions: Sessions) -> None:
        self._database = database
        self._proxy = proxy
        self._sessions = sessions

    async def delete(self, person: Person, wanted: Deletion) -> None:
        """Raises `BadInput`, or `ProxyUnavailable`, and then nothing is deleted.

        The row stays locked meanwhile, so that no key is issued to somebody who is leaving.
        Should our own commit fail, the account is left without keys and can be deleted again.
        """
        _check(person, wanted.confirm)
        async with self._database.transaction() as session:
            row = await session.get(Person, person.id, with_for_update=True)
            await self._proxy.delete_user(str(person.id))
            await self._sessions.end_all(person.id)
            if row:
                await session.delete(row)
        log.info("accounts.deleted", person_id=str(person.id), kind=person.kind)


def _check(person: Person, confirm: str) -> None:
    typed = confirm.strip().casefold()
    if typed not in {WORD, (person.email or WORD).casefold()}:
        text = f"To confirm, type “{WORD}”" + (" or your e-mail address." if person.email else ".")
        raise BadInput(text, fields={"confirm": text})
