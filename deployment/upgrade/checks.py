"""What is run in an environment: the tests that say what we expect of LiteLLM, and a short measurement."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployment.upgrade.environment import ROOT, Environment
from deployment.upgrade.errors import CannotRehearse
from deployment.upgrade.platform_run import environment_of
from portal.bench import machine
from portal.bench.report import Figures

# SDKs at the door, how LiteLLM starts, its database, our routing in it, and the fields by which it is configured.
CONTRACT = (
    "tests/contract",
    "tests/litellm_config/start",
    "tests/litellm_config/express",
    "tests/litellm_config/database",
    "tests/routing/test_express.py",
    "tests/routing/test_failover.py",
    "tests/gateway/test_questions.py",
    "tests/gateway/test_spend.py",
)
SUMMARY = re.compile(r"^(?:=+ )?(\d+ (?:passed|failed|error).*?)(?: =+)?$", re.MULTILINE)
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
OUR_PACKAGES = ("litellm", "litellm_enterprise", "litellm_proxy_extras")
BUSY = "cores_busy"
IMPORTS = Path(__file__).with_name("imports.py")


@dataclass(frozen=True)
class Outcome:
    summary: str
    failed: Sequence[str]


def run_contract(environment: Environment, log: Path) -> Outcome:
    arguments = (
        "-m",
        "pytest",
        "-n",
        "0",
        "-q",
        "-rfE",
        "--continue-on-collection-errors",
        "-p",
        "no:cacheprovider",
        *CONTRACT,
    )
    code = environment.run(*arguments, log=log, variables=environment_of())
    text = log.read_text(errors="replace")
    found = SUMMARY.findall(text)
    if not found:
        raise CannotRehearse(f"The contract tests ended with {code} and no result. See {log}.")
    return Outcome(found[-1], FAILED.findall(text))


def missing_imports(environment: Environment) -> list[str]:
    """Of ours from LiteLLM, and of LiteLLM's from its companions, which may be of another build than it asks for."""
    litellm = next(environment.packages.glob("litellm"))
    settings = environment_of() | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    ours = environment.said(IMPORTS, ROOT / "litellm_config", *OUR_PACKAGES, variables=settings)
    theirs = environment.said(IMPORTS, litellm, *OUR_PACKAGES[1:], variables=settings)
    lines = [("litellm_config", line) for line in ours.splitlines()] + [
        ("litellm", line) for line in theirs.splitlines()
    ]
    return [f"{folder}/{line}" for folder, line in lines]


def measure(environment: Environment, log: Path) -> Mapping[str, Figures]:
    command = ("-m", "portal.cli", "bench", "--quick", "--scenario", "plain", "--without-stock", "--json")
    with log.open("a") as errors:
        said = environment.said(*command, errors=errors, variables=environment_of())
    found = json.loads(said)
    return {**found["scenarios"]["plain"]["figures"], "machine": {BUSY: found["machine"][machine.OTHERS]}}
