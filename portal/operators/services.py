"""What the operators' pages and their JSON have in common."""

from dataclasses import dataclass

from redis.asyncio import Redis

from portal.accounts.session import Sessions
from portal.clients.gateway_instances import GatewayInstances
from portal.clients.gateway_status import GatewayStatus
from portal.clients.litellm_keys import LitellmKeys
from portal.clients.litellm_proxy import LitellmProxy
from portal.clients.litellm_reading import LitellmReader
from portal.clients.litellm_spend import LitellmSpend
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.limits import Limits
from portal.operators.audit import Audit
from portal.operators.blocking import Blocking
from portal.operators.changes import Changes
from portal.operators.hygiene import Hygiene
from portal.operators.overview import Overviews
from portal.operators.people import PeopleLists
from portal.operators.person import PersonPage


@dataclass(frozen=True)
class OperatorServices:
    overviews: Overviews
    people: PeopleLists
    person: PersonPage
    hygiene: Hygiene
    audit: Audit
    blocking: Blocking
    changes: Changes


def operator_services(
    *,
    database: Database,
    redis: Redis,
    sessions: Sessions,
    proxy: LitellmProxy,
    reader: LitellmReader,
    limits: Limits,
    gateway: GatewayStatus,
    clock: Clock,
) -> OperatorServices:
    keys, spend = LitellmKeys(reader), LitellmSpend(reader)
    return OperatorServices(
        overviews=Overviews(database, redis, spend, lambda: gateway.state, GatewayInstances(redis), clock),
        people=PeopleLists(database, clock),
        person=PersonPage(database, keys, spend, limits, clock),
        hygiene=Hygiene(database, keys, clock),
        audit=Audit(database),
        blocking=Blocking(database, sessions, proxy, clock),
        changes=Changes(database, sessions, proxy, limits, clock),
    )
