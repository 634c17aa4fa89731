"""`portal models test`: is an endpoint compatible, and if not, what is to be done."""

import asyncio
from collections.abc import Sequence
from typing import get_args

from rich.console import Console
from rich.text import Text

from litellm_config.catalogue import Catalogue, Endpoint, Mode
from litellm_config.catalogue.addresses import without_password
from litellm_config.endpoints.trial import Finding, try_endpoint

MARKS = {"ok": ("✓ ok     ", "green"), "note": ("! note   ", "yellow"), "missing": ("✗ missing", "red")}
COLUMN = 18
MODES: tuple[Mode, ...] = get_args(Mode)


class NothingToTry(Exception):
    """The message says what to name instead."""


def endpoint_at(url: str, model: str, key: str | None, mode: str) -> Endpoint:
    """One that is in no catalogue yet."""
    known = next((one for one in MODES if one == mode), None)
    if not model:
        raise NothingToTry("Name the model too, as the endpoint calls it: --model ID")
    if known is None:
        raise NothingToTry(f"--mode must be one of {', '.join(MODES)}.")
    return Endpoint(model=model, mode=known, provider_model=model, api_base=url, api_key=key)


def endpoints_of(catalogue: Catalogue, name: str) -> list[Endpoint]:
    of_name = [endpoint for endpoint in catalogue.endpoints if endpoint.model == name]
    if not of_name:
        known = ", ".join(dict.fromkeys(endpoint.model for endpoint in catalogue.endpoints)) or "none"
        hint = " The sample models are left out, because SAMPLE_ENDPOINT_URL is not set." if catalogue.left_out else ""
        what = (
            f"There is no model {name} in service." if name else "Name a model of the catalogue, or --url and --model."
        )
        raise NothingToTry(f"{what} The catalogue has: {known}.{hint}")
    to_try = [endpoint for endpoint in of_name if endpoint.api_base]
    if not to_try:
        raise NothingToTry(f"{name} runs at a provider that LiteLLM knows by name; there is no endpoint to try.")
    return to_try


def run_trial(endpoints: Sequence[Endpoint]) -> bool:
    """Prints the findings; whether nothing is missing that is required."""
    console = Console(highlight=False, soft_wrap=True)
    missing = sum(asyncio.run(_try(console, endpoint)) for endpoint in endpoints)
    things = "thing is" if missing == 1 else "things are"
    console.print(Text(f"Not compatible: {missing} required {things} missing." if missing else "Compatible."))
    return not missing


async def _try(console: Console, endpoint: Endpoint) -> int:
    """How much is missing that is required."""
    console.print(
        Text(f"{endpoint.model} ({endpoint.mode}) at {without_password(str(endpoint.api_base))}", style="bold")
    )
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
