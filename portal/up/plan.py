"""Which parts run for the given options, and what their environment tells them."""

import functools
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.up.data_dir import DataDir
from portal.up.errors import UpError
from portal.up.part import Part
from portal.up.ports import HOST, choose_ports
from portal.up.postgres import postgres_part, postgres_url
from portal.up.probes import answers_http
from portal.up.program import Program
from portal.up.redis_server import redis_part, redis_url

ADMIN_KEY = "litellm_admin_key"
HIGHEST_PORT = 65535


def _portal(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "portal.cli", *arguments)


@dataclass(frozen=True)
class Commands:
    """The programs of our own; every one is told where to listen by its environment."""

    portal: tuple[str, ...] = _portal("serve")
    migrate: tuple[str, ...] = _portal("migrate")
    gateway: tuple[str, ...] = _portal("gateway")
    # The one that is told by its arguments: `--host` and `--port` are added.
    sample_endpoint: tuple[str, ...] = _portal("sample-endpoint")


@dataclass(frozen=True)
class UpOptions:
    data_dir: Path
    port: int = 8000
    demo: bool = True
    settings_environment: Mapping[str, str] = field(default_factory=dict)
    commands: Commands = field(default_factory=Commands)
    # Longer than the gateway takes to replace a worker that hangs, also where it has to load LiteLLM again.
    patience: float = 90

    def given(self, name: str) -> str | None:
        """A variable's value; set but empty counts as not given, as it comes out of env files."""
        return self.settings_environment.get(name) or None


@dataclass(frozen=True)
class Plan:
    # In the order in which they are ended.
    parts: tuple[Part, ...]
    portal_url: str
    # What run.json says, but for the process ids.
    addresses: Mapping[str, str | None]
    notices: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [part.name for part in self.parts]


def make_plan(options: UpOptions, data: DataDir) -> Plan:
    preferred = _preferred_ports(options)
    ports = choose_ports(preferred)
    environment = _environment(options, data, ports)
    commands = options.commands
    ours = functools.partial(_our_part, options, data, environment, ports)
    # The page and the gateway, which loads longest, have two cores for themselves; the rest waits for the page.
    parts = [ours("portal", commands.portal, "/healthz")]
    if "gateway" in ports:
        # It brings its database to this version itself.
        needs: tuple[str, ...] = tuple(name for name in ("redis", "postgres") if name in ports)
        parts.append(ours("gateway", commands.gateway, "/health/liveliness", after=needs))
    if "sample-endpoint" in ports:
        listen = ("--host", HOST, "--port", str(ports["sample-endpoint"]))
        parts.append(ours("sample-endpoint", (*commands.sample_endpoint, *listen), "/v1/models", after=("portal",)))
    needs = ("portal", "postgres") if "postgres" in ports else ("portal",)
    parts.append(ours("migrate", commands.migrate, after=needs))
    if "redis" in ports:
        parts.append(redis_part(data, ports["redis"]))
    if "postgres" in ports:
        parts.append(postgres_part(data, ports["postgres"]))
    return Plan(
        parts=tuple(parts),
        portal_url=_url(ports["portal"]),
        addresses={
            "portal_url": _url(ports["portal"]),
            "gateway_url": environment["LITELLM_API_ENDPOINT"],
            "sample_endpoint_url": environment.get("SAMPLE_ENDPOINT_URL"),
            "database_url": environment["DATABASE_URL"],
            "redis_url": environment["REDIS_URL"],
            "admin_key_file": None if options.given("LITELLM_ADMIN_KEY") else str(data.secret_file(ADMIN_KEY)),
        },
        notices=tuple(
            f"Port {port} is taken: {name} listens on {ports[name]}."
            for name, port in preferred.items()
            if port and ports[name] != port
        ),
    )


def _preferred_ports(options: UpOptions) -> dict[str, int]:
    """Of each part that is to run. Where people let the system choose the portal's, they want it for all."""
    usual = {"portal": options.port, "gateway": _gateway_port(options)}
    usual |= {"sample-endpoint": 4100, "redis": 6379, "postgres": 5432}
    given = {"gateway": "LITELLM_API_ENDPOINT", "redis": "REDIS_URL", "postgres": "DATABASE_URL"}
    return {
        name: port if options.port else 0
        for name, port in usual.items()
        if not (name in given and options.given(given[name])) and (options.demo or name != "sample-endpoint")
    }


def _gateway_port(options: UpOptions) -> int:
    value = options.given("PORTAL_GATEWAY_PORT") or "4000"
    if not value.isdecimal() or int(value) > HIGHEST_PORT:
        raise UpError(f"PORTAL_GATEWAY_PORT is {value!r}, which is no port.")
    return int(value)


def _environment(options: UpOptions, data: DataDir, ports: Mapping[str, int]) -> dict[str, str]:
    """What is given stays as it is, but for the ports."""
    # Below the time after which a part is killed.
    ours = {"PORTAL_HOST": HOST, "PORTAL_GATEWAY_STOP_GRACE": "PT8S"}
    for variable, secret in (("LITELLM_ADMIN_KEY", ADMIN_KEY), ("LITELLM_SALT_KEY", "litellm_salt_key")):
        if not options.given(variable):
            ours[variable] = data.secret(secret, lambda: f"sk-{secrets.token_hex(24)}")
    if "postgres" in ports:
        ours["DATABASE_URL"] = postgres_url(data, ports["postgres"], "portal")
        ours["LITELLM_DATABASE_URL"] = postgres_url(data, ports["postgres"], "litellm")
    if "redis" in ports:
        ours["REDIS_URL"] = redis_url(data, ports["redis"])
    if "sample-endpoint" in ports:
        ours["SAMPLE_ENDPOINT_URL"] = f"{_url(ports['sample-endpoint'])}/v1"
    given = {name: value for name, value in options.settings_environment.items() if value or name not in ours}
    environment = ours | given | {"PORTAL_PORT": str(ports["portal"])}
    if "gateway" in ports:
        environment["PORTAL_GATEWAY_PORT"] = str(ports["gateway"])
        environment["LITELLM_API_ENDPOINT"] = _url(ports["gateway"])
    return environment


def _our_part(
    options: UpOptions,
    data: DataDir,
    environment: Mapping[str, str],
    ports: Mapping[str, int],
    name: str,
    command: tuple[str, ...],
    health: str | None = None,
    *,
    after: tuple[str, ...] = (),
) -> Part:
    """Without a page that tells its health it is a program that ends by itself."""
    return Part(
        program=Program(name=name, command=command, environment=environment, log=data.log(name)),
        after=after,
        port=ports.get(name),
        is_ready=functools.partial(answers_http, ports[name], health) if health else None,
        patience=options.patience,
    )


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"
