"""What a run measures with and what it measures: load generator, endpoint, the platform and stock LiteLLM."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.bench import cpu, paced_endpoint
from portal.bench.load.generator import Generator
from portal.bench.load.job import Job
from portal.bench.ours import Platform
from portal.bench.processes import HOST, free_port, listens, python, running, wait_until
from portal.bench.stock import Stock

RATE = 50.0
READY_SECONDS = 60
# Together everything that a run starts.
OURS = ("up", "stock", "load", "endpoint")


@dataclass(frozen=True)
class Target:
    """Somewhere to send OpenAI's requests to. `parts` do its work."""

    name: str
    base_url: str
    key: str
    parts: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"{self.base_url}/chat/completions"

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.key)


@dataclass(frozen=True)
class Run:
    """`cpu`: seconds that each part spent from "measuring" until it was quiet; `seconds`: until the load ended."""

    result: Mapping[str, Any]
    cpu: cpu.Seconds
    seconds: float


@dataclass(frozen=True)
class Lab:
    platform: Platform
    stock: Stock | None
    endpoint_url: str
    load: Generator
    parts: Mapping[str, int]
    # Of each measurement, its seconds and the processor seconds that went to something else.
    others: list[tuple[float, float]] = field(default_factory=list)

    @property
    def targets(self) -> list[Target]:
        ours = Target("ours", f"{self.platform.gateway_url}/v1", self.platform.key, ("gateway",))
        door = Target("door", f"{self.platform.portal_url}/api/v1", self.platform.key, ("portal", "gateway"))
        stock = [Target("stock", f"{self.stock.url}/v1", self.stock.key, ("stock",))] if self.stock else []
        return [*stock, ours, door, Target("endpoint", self.endpoint_url, "none", ("endpoint",))]

    @property
    def gateways(self) -> list[Target]:
        return [target for target in self.targets if target.name != "endpoint"]

    def run(self, job: Job, parts: Sequence[str] = ()) -> Run:
        """When `parts` are given, until these are quiet again: LiteLLM logs and counts after it has answered."""
        meter = cpu.Meter(self.parts)
        before, begun = meter.read(), time.perf_counter()

        def measuring() -> None:
            nonlocal before, begun
            before, begun = meter.read(), time.perf_counter()

        result = self.load.run(job, measuring)
        seconds, loaded = time.perf_counter() - begun, meter.read()
        self.others.append((seconds, _others(cpu.spent(before, loaded))))
        after = cpu.until_quiet(meter, parts) if parts else loaded
        return Run(result, cpu.spent(before, after), seconds)

    def rest(self, parts: Sequence[str]) -> None:
        cpu.until_quiet(cpu.Meter(self.parts), parts)


def _others(spent: cpu.Seconds) -> float:
    return max(spent[cpu.MACHINE] - cpu.of((part for part in OURS if part in spent), spent), 0)


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def question(text: str, **more: Any) -> dict[str, Any]:
    return {"model": paced_endpoint.MODEL, "messages": [{"role": "user", "content": text}], **more}


@contextmanager
def running_endpoint(folder: Path) -> Iterator[tuple[str, int]]:
    """Its address and its process id."""
    port, log = free_port(), folder / "endpoint.log"
    with running(python("portal.bench.paced_endpoint", port, RATE), log) as process:
        wait_until(lambda: listens(port), process, READY_SECONDS, log)
        yield f"http://{HOST}:{port}/v1", process.pid
