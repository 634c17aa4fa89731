"""Everything that people can do with their keys, for the JSON and the pages alike."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from portal.clients.gateway_status import GatewayStatus
from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.rates import RateLimiter
from portal.core.settings import Settings
from portal.keys.change import KeyChanges
from portal.keys.chat_key import ChatKeys
from portal.keys.claim import Claims
from portal.keys.create import Creations
from portal.keys.issue import KeyIssuer
from portal.keys.limits import Limits
from portal.keys.meters import KeyMeters
from portal.keys.newcomers import Newcomers
from portal.keys.overview import KeyOverview
from portal.keys.rotate import Rotations


@dataclass(frozen=True)
class KeyDesk:
    claims: Claims
    creations: Creations
    rotations: Rotations
    changes: KeyChanges
    overview: KeyOverview
    chat_keys: ChatKeys


def key_desk(  # noqa: PLR0913 - it is a list
    settings: Settings,
    *,
    database: Database,
    proxy: LitellmProxy,
    gateway: GatewayStatus,
    limits: Limits,
    newcomers: Newcomers,
    limiter: RateLimiter,
    registry: CollectorRegistry,
    clock: Clock,
) -> KeyDesk:
    meters = KeyMeters(registry)
    issuer = KeyIssuer(database, proxy, limits, meters, clock)
    rate = settings.keys_made_per_person
    return KeyDesk(
        claims=Claims(
            settings,
            database=database,
            gateway=gateway,
            issuer=issuer,
            newcomers=newcomers,
            meters=meters,
            clock=clock,
        ),
        creations=Creations(
            database,
            issuer,
            limiter,
            rate=rate,
            terms_version=settings.terms_version,
            meters=meters,
            clock=clock,
        ),
        rotations=Rotations(database, proxy, limits, issuer, limiter, rate=rate, clock=clock),
        changes=KeyChanges(database, proxy, clock),
        overview=KeyOverview(database, proxy, limits, clock),
        chat_keys=ChatKeys(
            database,
            issuer,
            limits,
            admin_key=settings.litellm_admin_key.get_secret_value(),
            life=settings.chat_key_ttl,
            clock=clock,
        ),
    )
