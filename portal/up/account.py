"""The account that Postgres runs as, which refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from portal.up.errors import PrivilegesNotDropped

ACCOUNT = "pgserver"
# Checkout and data folder often lie in a home that is closed to other accounts. Opening root's home to everybody would
# outlive us; a single capability, the weakest that does, ends with the process. Containers have only the second one.
CAPABILITIES = (None, "dac_read_search", "dac_override")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    # What precedes a command so that it runs as this account.
    prefix: tuple[str, ...] = ()


def postgres_account(folder: Path, executable: Path) -> Account:
    """Whoever can enter the folder and run the executable without being root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _entry()
    for capability in CAPABILITIES:
        prefix = _prefix(entry, capability)
        attempt = ("sh", "-c", 'cd "$1" && exec "$2" --version', "sh", str(folder), str(executable))
        if _runs(*prefix, *attempt):
            return Account(entry.pw_uid, entry.pw_gid, prefix)
    raise PrivilegesNotDropped(
        f"Postgres does not run as root, and the account {ACCOUNT} cannot run {executable} in {folder}: "
        "run `portal up` as an ordinary user, or install util-linux (setpriv)."
    )


def _entry() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        _runs("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT)
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise PrivilegesNotDropped(
            f"Postgres does not run as root, and the account {ACCOUNT} cannot be created for it: "
            f"run `portal up` as an ordinary user, or create the account ({ACCOUNT}) yourself."
        ) from None


def _prefix(entry: pwd.struct_passwd, capability: str | None) -> tuple[str, ...]:
    drop = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--no-new-privs")
    if capability is None:
        return drop
    # Without the bit, access(2) ignores the capability of an account that is not root, and initdb asks access(2).
    return (
        *(*drop, "--securebits=+no_setuid_fixup"),
        *(f"--inh-caps=-all,+{capability}", f"--ambient-caps=+{capability}"),
    )


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
