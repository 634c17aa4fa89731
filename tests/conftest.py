"""The platform itself is the test bed: `portal up` is started once per run, with real parts.

`portal_with(...)` starts one more portal against the same parts, for the settings that a test is about.
"""

import gc
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import certifi
import httpx
import hypothesis
import psycopg
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

sys.path.insert(0, str(Path(__file__).parent))

from browser_setup import find_chromium
from chat_models import MODELS, running_chat_models
from people import SomePerson, add_person, sign_in
from platform_run import Platform, running_platform
from portal_server import PortalServer, running_portal
from waiting import wait_until


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


# What is imported and collected is no garbage, and looking for some takes a tenth of the time.
gc.disable()
# Without time limits, and with the same examples everywhere and each time.
hypothesis.settings.load_profile("ci")
ADDRESSES = itertools.count(1)
# Each of thousands of clients reads all certificates of the world, which takes it 30 ms; one certificate is enough to
# talk to this machine, where nobody shows one.
CERTIFICATE = tempfile.NamedTemporaryFile("w", suffix=".pem")  # noqa: SIM115 - it lives as long as this process
CERTIFICATE.write(Path(certifi.where()).read_text().partition("\n\n")[0] + "\n")
CERTIFICATE.flush()
os.environ["SSL_CERT_FILE"] = CERTIFICATE.name
# Milliseconds between two parcels of spans; five seconds are usual, and only the tests of traces send any.
os.environ["OTEL_BSP_SCHEDULE_DELAY"] = "100"
# Seconds until a LiteLLM writes down what was used, to which it adds up to five by chance; ten are usual.
os.environ["PROXY_BATCH_WRITE_AT"] = "1"


@dataclass(frozen=True)
class Tool:
    """A program of the system that some tests need; they carry its marker. `name` is Debian's."""

    marker: str
    name: str
    is_there: bool


TOOLS = (
    Tool("browser", "chromium-headless-shell", find_chromium() is not None),
    Tool("promtool", "prometheus", shutil.which("promtool") is not None),
)


def pytest_configure(config: pytest.Config) -> None:
    """Where CI is set every test is required, so a program that is not there is named before any of them starts."""
    if os.environ.get("CI") and not hasattr(config, "workerinput") and (absent := [t for t in TOOLS if not t.is_there]):
        markers = " and ".join(tool.marker for tool in absent)
        names = " ".join(tool.name for tool in absent)
        raise pytest.UsageError(f"CI is set, so the {markers} tests are required, and need: apt-get install {names}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without their program tests are left out and that is said."""
    for tool in TOOLS:
        left_out = [] if tool.is_there else [item for item in items if item.get_closest_marker(tool.marker)]
        items[:] = [item for item in items if item not in left_out]
        config.stash.setdefault(LEFT_OUT, {})[tool] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


LEFT_OUT = pytest.StashKey[dict[Tool, int]]()
# What the tests in there share takes each process that runs some of them a quarter of a minute.
TOGETHER = "tests/litellm_config/database/"
# Few tests, each with processes of its own. They come first, so that none of their files goes on alone at the end.
LONG = (
    *("tests/replicas/", "tests/backup/", "tests/litellm_config/", "tests/gateway/test_two_gateways.py", "tests/up/"),
    *("tests/keys/test_crash.py", "tests/observability/", "tests/browser/", "tests/contract/", "tests/routing/"),
    *("tests/deployment/", "tests/models/", "tests/bench/"),
)


class FilesTogether(LoadScopeScheduling):
    """A file at a time, as with `--dist loadfile`, and one folder whole."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether | None:
    if config.getvalue("dist") != "loadfile":
        return None
    # The number of its tests says little of how long a file takes.
    config.option.loadscopereorder = False
    return FilesTogether(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many is only known where one process has seen them all."""
    counts = config.stash.get(LEFT_OUT, None)
    for tool in TOOLS:
        if counts is None and not tool.is_there:
            terminalreporter.write_line(f"{tool.marker} tests left out; to run them: apt-get install {tool.name}")
        elif counts and counts[tool]:
            terminalreporter.write_line(
                f"{counts[tool]} {tool.marker} tests left out; to run them: apt-get install {tool.name}"
            )


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_platform(tmp_path_factory.mktemp("platform") / "data") as platform:
        yield platform


@pytest.fixture(scope="session")
def chat_models(platform: Platform) -> Iterator[str]:
    """The models `chat-fast`, `chat-slow`, `chat-echo` and so on, which are only there for who asks for them."""

    def are_seen() -> bool:
        listed = httpx.get(f"{platform.portal_url}/api/models").json()["models"]
        return {model["id"] for model in listed if model["available"]} >= MODELS.keys()

    with running_chat_models(*platform.endpoint_ports["chat"]) as url:
        wait_until(are_seen)
        yield url


@pytest.fixture
def address() -> str:
    """An address that no other test has, so that limits per address count for this test alone."""
    number = next(ADDRESSES)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@pytest.fixture
def browse(address: str) -> Iterator[Callable[[str], httpx.Client]]:
    """`browse(url)`: somebody with an empty cookie jar and an address of their own."""
    clients = []

    def open_client(url: str, *, ip: str = address) -> httpx.Client:
        client = httpx.Client(base_url=url, headers={"x-forwarded-for": ip}, timeout=60)
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def visitor(platform: Platform, browse: Callable[[str], httpx.Client]) -> httpx.Client:
    return browse(platform.portal_url)


@pytest.fixture
def member(platform: Platform, browse: Callable[[str], httpx.Client]) -> Callable[..., SomePerson]:
    """`member(kind=Kind.AUTH0, is_operator=True)`: somebody new with an account, signed in just now."""
    return lambda **fields: sign_in(platform, browse(platform.portal_url), add_person(platform, **fields))


@pytest.fixture
def portal_with(platform: Platform) -> Callable[..., AbstractContextManager[PortalServer]]:
    """`with portal_with(claims_per_ip="1/day") as server:` settings by their field names."""

    def start(**settings: object) -> AbstractContextManager[PortalServer]:
        return running_portal(platform, **settings)

    return start


@pytest.fixture(name="wait_until")
def waiting() -> Callable[..., None]:
    return wait_until


@pytest.fixture
def portal_database(platform: Platform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(platform.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def admin(platform: Platform) -> Iterator[httpx.Client]:
    """LiteLLM's own view, by its master key."""
    headers = {"authorization": f"Bearer {platform.admin_key}"}
    with httpx.Client(base_url=platform.gateway_url, headers=headers, timeout=60) as client:
        yield client
