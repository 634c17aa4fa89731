"""`portal up` as a child process on a data folder of its own, and the seconds until it is of use."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from portal.bench import paced_endpoint
from portal.bench.errors import BenchFailed
from portal.bench.processes import free_port, python, running, wait_until

START_SECONDS = 300
CATALOGUE = Path(__file__).parents[2] / "litellm_config" / "config.yaml"
MODELS = "model_list:\n"
ENTRY = """\
  - model_name: {model}
    litellm_params:
      model: openai/{model}
      api_base: {address}
      api_key: bench
      input_cost_per_token: 0.0000002
      output_cost_per_token: 0.0000006
"""
SETTINGS = ("PORTAL_", "LITELLM_", "DATABASE_URL", "REDIS_URL", "AUTH0_", "RECAPTCHA_", "ENDPOINTS", "OTEL_")
MUCH = "1000000000"
# They are counted as ever, and high enough not to become what is measured.
LIMITS = {
    "PORTAL_PERMISSIONLESS_REQUESTS_PER_MINUTE": MUCH,
    "PORTAL_PERMISSIONLESS_TOKENS_PER_MINUTE": MUCH,
    "PORTAL_PERMISSIONLESS_BUDGET_USD": MUCH,
    "LITELLM_MAX_PARALLEL_REQUESTS": "100000",
    "PORTAL_CLAIMS_PER_IP": "1000000/day",
    "PORTAL_CLAIM_ATTEMPTS_PER_IP": "1000000/day",
    "PORTAL_CHAT_RUNNING_ANSWERS": "10000",
    "PORTAL_CHAT_SOCKETS_PER_PERSON": "10000",
}


@dataclass(frozen=True)
class Platform:
    """Seconds from the start of the command to the first page, and to the first completed chat.

    `session` is the cookie of the person whose key it is.
    """

    page_seconds: float
    chat_seconds: float
    key: str
    session: str
    portal_url: str
    gateway_url: str
    database_url: str
    admin_key: str
    # `up` itself and its parts.
    pids: dict[str, int]


def write_catalogue(file: Path, endpoint: str) -> None:
    """Ours, and the model of the paced endpoint."""
    entry = ENTRY.format(model=paced_endpoint.MODEL, address=endpoint)
    file.write_text(CATALOGUE.read_text().replace(MODELS, MODELS + entry, 1))


@contextmanager
def running_platform(folder: Path, catalogue: Path, known: Platform | None = None) -> Iterator[Platform]:
    """With a `known` earlier start of the same folder no other key is claimed."""
    port, data_dir, log = free_port(), folder / "data", folder / "up.log"
    command = python("portal.cli", "up", "--data-dir", data_dir, "--port", port)
    begun = time.perf_counter()
    with running(command, log, _environment(catalogue)) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:
            wait_until(lambda: _is_there(http), process, START_SECONDS, log)
            page_seconds = time.perf_counter() - begun
            wait_until(lambda: _has_gateway(http), process, START_SECONDS, log)
            key, session = (known.key, known.session) if known else _claim(http)
            wait_until(lambda: first_completion(http, "/api/v1", key), process, START_SECONDS, log)
            chat_seconds = time.perf_counter() - begun
        run_file = data_dir / "run.json"
        wait_until(run_file.exists, process, START_SECONDS, log)
        run = json.loads(run_file.read_text())
        yield Platform(
            page_seconds=page_seconds,
            chat_seconds=chat_seconds,
            key=key,
            session=session,
            portal_url=run["portal_url"],
            gateway_url=run["gateway_url"],
            database_url=run["database_url"],
            admin_key=Path(run["admin_key_file"]).read_text().strip(),
            pids={"up": process.pid, **run["pids"]},
        )


def _environment(catalogue: Path) -> dict[str, str]:
    """Nothing that is set for another installation."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return {**others, **LIMITS, "PORTAL_GATEWAY_CONFIG": str(catalogue)}


def first_completion(http: httpx.Client, path: str, key: str) -> bool:
    question = {"model": paced_endpoint.MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    try:
        answer = http.post(f"{path}/chat/completions", json=question, headers={"authorization": f"Bearer {key}"})
    except httpx.TransportError:
        return False
    return answer.is_success


def _is_there(http: httpx.Client) -> bool:
    try:
        return http.get("/").is_success
    except httpx.TransportError:
        return False


def _has_gateway(http: httpx.Client) -> bool:
    try:
        return bool(http.get("/api/status").json()["gateway"] == "ready")
    except httpx.TransportError:
        return False


def _claim(http: httpx.Client) -> tuple[str, str]:
    answer = http.post("/api/keys/claim", json={"accept_terms": True})
    if not answer.is_success:
        raise BenchFailed(f"No key was issued: {answer.text}")
    return str(answer.json()["key"]), answer.cookies["portal_session"]
