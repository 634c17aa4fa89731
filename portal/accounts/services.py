"""What accounts can do, put together once and handed to their routes."""

from dataclasses import dataclass

from portal.accounts.attempts import SignInAttempts
from portal.accounts.consent import Consents
from portal.accounts.deletion import Deletions
from portal.accounts.event_list import EventList
from portal.accounts.export import Exports
from portal.accounts.local_accounts import LocalAccounts
from portal.accounts.password import Passwords
from portal.accounts.password_change import PasswordChanges
from portal.accounts.profile import Profiles
from portal.accounts.register import Registrations
from portal.accounts.session import Sessions
from portal.accounts.sign_in import SignIns
from portal.accounts.sign_out import SignOuts
from portal.clients.captcha import Captcha
from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.rates import RateLimiter
from portal.core.settings import Settings


@dataclass(frozen=True)
class AccountServices:
    local: LocalAccounts
    registrations: Registrations
    sign_outs: SignOuts
    profiles: Profiles
    passwords: PasswordChanges
    consents: Consents
    events: EventList
    exports: Exports
    deletions: Deletions


def account_services(
    settings: Settings,
    *,
    database: Database,
    sessions: Sessions,
    sign_ins: SignIns,
    limiter: RateLimiter,
    captcha: Captcha,
    proxy: LitellmProxy,
    clock: Clock,
) -> AccountServices:
    passwords = Passwords()
    attempts = SignInAttempts(settings, limiter)
    consents = Consents(database, clock, settings.terms_version)
    local = LocalAccounts(database, passwords, attempts, sign_ins)
    registrations = Registrations(
        database=database,
        accounts=local,
        passwords=passwords,
        consents=consents,
        attempts=attempts,
        sign_ins=sign_ins,
        captcha=captcha,
        clock=clock,
    )
    return AccountServices(
        local=local,
        registrations=registrations,
        sign_outs=SignOuts(database, sessions, clock),
        profiles=Profiles(database, clock),
        passwords=PasswordChanges(database, passwords, attempts, sessions, clock),
        consents=consents,
        events=EventList(database),
        exports=Exports(database, clock),
        deletions=Deletions(database, proxy, sessions),
    )
