"""The same request to the bare endpoint, to LiteLLM and to the public door, in turn within one run."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import httpx

from portal.bench.started import BenchFailed, Started, bearer, question

WARM_UP = 20
IN_A_ROW = 60
AT_ONCE = 16
TOGETHER = 160
STREAM = question("Count to 2000", stream=True)
numbers = itertools.count()


@dataclass(frozen=True)
class Target:
    """Somewhere to send OpenAI's requests to."""

    name: str
    base_url: str
    key: str


@dataclass(frozen=True)
class Figures:
    """Milliseconds of one request after the other, requests per second with 16 at once, one long stream's seconds."""

    target: str
    median_ms: float
    p95_ms: float
    per_second: float
    stream_seconds: float


def targets(platform: Started) -> list[Target]:
    return [
        Target("endpoint", platform.addresses["sample_endpoint_url"], platform.key),
        Target("LiteLLM", f"{platform.addresses['gateway_url']}/v1", platform.key),
        Target("door", f"{platform.portal_url}/api/v1", platform.key),
    ]


async def measure(targets: Sequence[Target], rounds: int) -> list[Figures]:
    """Every round asks every target once; the figures are medians over the rounds."""
    measured: dict[str, list[Figures]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            measured[target.name].append(await _one_round(target))
    return [_middle(figures) for figures in measured.values()]


async def _one_round(target: Target) -> Figures:
    async with httpx.AsyncClient(headers=bearer(target.key), timeout=60, trust_env=False) as http:
        url = f"{target.base_url}/chat/completions"
        for _ in range(WARM_UP):
            await _ask(http, url)
        alone = [await _ask(http, url) for _ in range(IN_A_ROW)]
        begun = time.perf_counter()
        await asyncio.gather(*(_ask_several(http, url, TOGETHER // AT_ONCE) for _ in range(AT_ONCE)))
        per_second = TOGETHER / (time.perf_counter() - begun)
        return Figures(target.name, median(alone), quantiles(alone, n=20)[-1], per_second, await _stream(http, url))


async def _ask_several(http: httpx.AsyncClient, url: str, count: int) -> None:
    for _ in range(count):
        await _ask(http, url)


async def _ask(http: httpx.AsyncClient, url: str) -> float:
    """Milliseconds. No two questions are the same, so that no cache answers."""
    begun = time.perf_counter()
    _refuse(await http.post(url, json=question(f"Hello {next(numbers)}")))
    return (time.perf_counter() - begun) * 1000


async def _stream(http: httpx.AsyncClient, url: str) -> float:
    begun = time.perf_counter()
    async with http.stream("POST", url, json=STREAM) as answer:
        _refuse(answer)
        async for _ in answer.aiter_raw():
            pass
    return time.perf_counter() - begun


def _refuse(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise BenchFailed(f"{answer.url} answered {answer.status_code}.")


def _middle(rounds: Sequence[Figures]) -> Figures:
    def middle(name: str) -> Any:
        return median(getattr(one, name) for one in rounds)

    return Figures(
        target=rounds[0].target,
        median_ms=middle("median_ms"),
        p95_ms=middle("p95_ms"),
        per_second=middle("per_second"),
        stream_seconds=middle("stream_seconds"),
    )
