"""`portal models test`: is an endpoint compatible, and if not, what is to be done."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.text import Text

from litellm_config.catalogue import CatalogueInvalid, Endpoint, Mode, read_catalogue
from litellm_config.endpoints.trial import Finding, try_endpoint

MARKS = {"ok": ("✓ ok     ", "green"), "note": ("! note   ", "yellow"), "missing": ("✗ missing", "red")}
COLUMN = 18
MODES: tuple[Mode, ...] = get_args(Mode)


class NothingToTry(Exception):
    """The message says what to name instead."""


@dataclass(frozen=True)
class Wanted:
    """A model of the catalogue, or with `url` an endpoint that is in no catalogue yet."""

    name: str
    config: Path
    url: str
    model: str
    key_env: str
    mode: str


def try_model(wanted: Wanted, environment: Mapping[str, str]) -> bool:
    """Prints the findings; whether nothing is missing that is required."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        endpoints = [_given(wanted, environment)] if wanted.url else _of_catalogue(wanted, environment)
    except (NothingToTry, CatalogueInvalid) as error:
        console.print(Text(str(error)))
        return False
    missing = sum(asyncio.run(_try(console, endpoint)) for endpoint in endpoints)
    things = "thing is" if missing == 1 else "things are"
    console.print(Text(f"Not compatible: {missing} required {things} missing." if missing else "Compatible."))
    return not missing


def _given(wanted: Wanted, environment: Mapping[str, str]) -> Endpoint:
    if not wanted.model:
        raise NothingToTry("Name the model too, as the endpoint calls it: --model ID")
    mode = next((mode for mode in MODES if mode == wanted.mode), None)
    if mode is None:
        raise NothingToTry(f"--mode must be one of {', '.join(MODES)}.")
    key = environment.get(wanted.key_env)
    if wanted.key_env and not key:
        raise NothingToTry(f"The variable {wanted.key_env} is not set.")
    return Endpoint(model=wanted.model, mode=mode, provider_model=wanted.model, api_base=wanted.url, api_key=key)


def _of_catalogue(wanted: Wanted, environment: Mapping[str, str]) -> list[Endpoint]:
    name, endpoints = wanted.name, read_catalogue(wanted.config, environment).endpoints
    known = ", ".join(dict.fromkeys(endpoint.model for endpoint in endpoints))
    of_name = [endpoint for endpoint in endpoints if endpoint.model == name]
    if not of_name:
        what = (
            f"{wanted.config} has no model {name}." if name else "Name a model of the catalogue, or --url and --model."
        )
        raise NothingToTry(f"{what} It has: {known or 'none; the samples only where SAMPLE_ENDPOINT_URL is set'}")
    to_try = [endpoint for endpoint in of_name if endpoint.api_base]
    if not to_try:
        raise NothingToTry(f"{name} runs at a provider that LiteLLM knows by name; there is no endpoint to try.")
    return to_try


async def _try(console: Console, endpoint: Endpoint) -> int:
    """How much is missing that is required."""
    console.print(Text(f"{endpoint.model} ({endpoint.mode}) at {endpoint.api_base}", style="bold"))
    missing = 0
    async for finding in try_endpoint(endpoint):
        console.print(_line(finding))
        missing += finding.verdict == "missing"
    return missing


def _line(finding: Finding) -> Text:
    mark, style = MARKS[finding.verdict]
    line = Text.assemble("  ", (mark, style), f"  {finding.what:{COLUMN}}{finding.says}")
    if finding.todo:
        line.append(f"\n{'':{COLUMN + 13}}→ {finding.todo}", style="dim")
    return line
