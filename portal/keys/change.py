"""Renaming and revoking."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from portal.accounts.events import record
from portal.clients.litellm_proxy import LitellmProxy, ProxyRefused, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.keys.create import DEFAULT_NAME, Description, Name
from portal.keys.own import own_key
from portal.models import Action, IssuedKey, Person

log = get_logger()


class RenameRequest(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[Name, AfterValidator(lambda name: name or DEFAULT_NAME)] | None = None
    description: Description | None = None


class KeyChanges:
    def __init__(self, database: Database, proxy: LitellmProxy, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._clock = clock

    async def rename(self, person: Person, key_id: str, request: RenameRequest, *, ip: str) -> IssuedKey:
        """Ours is the name that counts; LiteLLM's copy follows when it answers."""
        async with self._database.transaction() as session:
            key = await own_key(session, person.id, key_id, lock=True)
            before = key.name
            wanted = request.model_dump(exclude_none=True)
            if all(getattr(key, field) == value for field, value in wanted.items()):
                return key
            key.sqlmodel_update(wanted)
            record(
                session,
                person.id,
                Action.KEY_RENAMED,
                self._clock(),
                ip=ip,
                name=key.name,
                old_name=before,
                preview=key.preview,
            )
        try:
            await self._proxy.describe_key(key.token, {"name": key.name})
        except (ProxyUnavailable, ProxyRefused):
            log.warning("keys.name_not_passed_on", key_id=key_id)
        return key

    async def revoke(self, person: Person, key_id: str, *, ip: str) -> None:
        """At once, and as often as one likes. LiteLLM first: what we call revoked must not work any more."""
        async with self._database.transaction() as session:
            key = await own_key(session, person.id, key_id)
        await self._proxy.delete_key(str(key.id))
        async with self._database.transaction() as session:
            key = await own_key(session, person.id, key_id, lock=True)
            if key.revoked_at:
                return
            key.revoked_at = self._clock()
            record(session, person.id, Action.KEY_REVOKED, key.revoked_at, ip=ip, name=key.name, preview=key.preview)
        log.info("keys.revoked", key_id=str(key.id))
