"""Opens the lab. The seconds of each start and what everything holds while idle are noted, as they come for nothing."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal.bench.lab import Lab, running_endpoint
from portal.bench.load.generator import running_generator
from portal.bench.memory import memory_of
from portal.bench.options import BenchOptions
from portal.bench.ours import Platform, running_platform, write_catalogue
from portal.bench.progress import Progress
from portal.bench.stock import Installed, Stock, configured, running_stock
from portal.bench.stock_install import ensure_stock


@dataclass
class Opened:
    """What was seen on the way; the first start is the cold one."""

    platforms: list[Platform] = field(default_factory=list)
    stocks: list[Stock] = field(default_factory=list)
    memory: Mapping[str, float] = field(default_factory=dict)


@contextmanager
def open_lab(folder: Path, options: BenchOptions, progress: Progress) -> Iterator[tuple[Lab, Opened]]:
    opened = Opened()
    with ExitStack() as parts:
        endpoint_url, endpoint_pid = parts.enter_context(running_endpoint(folder))
        catalogue = folder / "config.yaml"
        write_catalogue(catalogue, endpoint_url)
        installed = _installed(folder, endpoint_url, options, progress)
        for number in range(options.starts):
            is_last = number == options.starts - 1
            with ExitStack() as start:
                # The last ones stay. The cold start is the platform's alone: stock LiteLLM finds its tables made.
                compared = installed if number or is_last else None
                _start(parts if is_last else start, opened, folder, catalogue, compared, progress)
        load = parts.enter_context(running_generator(folder / "load.log"))
        platform, stock = opened.platforms[-1], opened.stocks[-1] if opened.stocks else None
        pids = {**platform.pids, "load": load.pid, "endpoint": endpoint_pid}
        if stock:
            pids["stock"] = stock.pid
        yield Lab(platform, stock, endpoint_url, load, pids), opened


def _installed(folder: Path, endpoint: str, options: BenchOptions, progress: Progress) -> Installed | None:
    if not options.with_stock:
        return None
    return configured(ensure_stock(options.data_dir, progress), folder, endpoint)


def _start(
    parts: ExitStack,
    opened: Opened,
    folder: Path,
    catalogue: Path,
    installed: Installed | None,
    progress: Progress,
) -> None:
    progress.say("starting the platform")
    known = opened.platforms[-1] if opened.platforms else None
    platform = parts.enter_context(running_platform(folder, catalogue, known))
    progress.say(f"page after {platform.page_seconds:.1f} s, first completion after {platform.chat_seconds:.1f} s")
    opened.platforms.append(platform)
    opened.memory = memory_of(platform.pids)
    if installed:
        stock = parts.enter_context(running_stock(installed, platform, opened.stocks[-1] if opened.stocks else None))
        progress.say(f"stock LiteLLM: first completion after {stock.chat_seconds:.1f} s")
        opened.stocks.append(stock)
        opened.memory = {**opened.memory, **memory_of({"stock": stock.pid})}
