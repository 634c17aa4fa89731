"""What an instance of the portal serves, so that each part scales alone. Every instance is all of it by default.

`chat` holds sockets and writes answers, `api` relays `/api/v1`, `web` is everything else and the work in the background
that is not about answers. Whatever stands in front sends each path to an instance of its role.
"""

from typing import Literal, get_args

Role = Literal["web", "chat", "api"]

ROLES: tuple[Role, ...] = get_args(Role)
# With everything below them; what is not named belongs to `web`.
PREFIXES: dict[str, Role] = {"/api/v1": "api", "/api/chat": "chat"}
# For probes and Prometheus, who ask every instance.
EVERYWHERE = frozenset({"/healthz", "/readyz", "/metrics"})


def role_of(path: str) -> Role:
    for prefix, role in PREFIXES.items():
        if path == prefix or path.startswith(f"{prefix}/"):
            return role
    return "web"


def roles_named(text: str) -> tuple[Role, ...]:
    """From `web,chat`, nothing being all; raises `ValueError`, which says what roles there are."""
    named = {name.strip() for name in text.split(",")} - {""} or set(ROLES)
    if not named <= set(ROLES):
        raise ValueError(f"must be some of {', '.join(ROLES)}, separated by commas")
    return tuple(role for role in ROLES if role in named)
