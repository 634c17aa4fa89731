"""`portal up` from its first line to its last."""

import asyncio
import signal
import sys

from portal.up.data_dir import DataDir, open_data_dir
from portal.up.errors import PortTaken, UpError
from portal.up.plan import Plan, UpOptions, make_plan
from portal.up.processes import Processes
from portal.up.progress import Progress
from portal.up.supervisor import Supervisor

STARTS = 3


def run(options: UpOptions) -> int:
    """Blocks until it is told to stop. The exit code: 1 when the platform did not come up."""
    try:
        with open_data_dir(options.data_dir) as data:
            asyncio.run(_run(options, data))
    except UpError as error:
        return _give_up(str(error))
    except OSError as error:
        return _give_up(f"{error.strerror or error} ({error.filename or options.data_dir})")
    return 0


async def _run(options: UpOptions, data: DataDir) -> None:
    stop = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    for starts_left in reversed(range(STARTS)):
        plan = make_plan(options, data)
        progress = _progress(plan)
        for notice in plan.notices:
            progress.say(notice)
        try:
            await _keep_running(plan, data, progress, stop)
        except PortTaken as taken:
            if not starts_left:
                raise
            progress.say(f"{taken} Starting again with another one.")
        else:
            return


async def _keep_running(plan: Plan, data: DataDir, progress: Progress, stop: asyncio.Event) -> None:
    news = _News(plan, data, progress)
    try:
        async with Processes(data.parts_lock) as processes, progress.moving():
            await Supervisor(plan.parts, processes, progress, news.became_ready).keep_running(stop)
    finally:
        data.remove_run()


class _News:
    """Tells the address as soon as it is of use, and writes run.json whenever all parts are ready."""

    def __init__(self, plan: Plan, data: DataDir, progress: Progress) -> None:
        self._plan = plan
        self._data = data
        self._progress = progress
        self._is_started = False

    def became_ready(self, part: str, supervisor: Supervisor) -> None:
        if supervisor.is_ready:
            self._write_run(supervisor.pids)
        if self._is_started:
            return
        if supervisor.is_ready:
            self._is_started = True
            self._progress.address(self._plan.portal_url, "everything is ready, Ctrl-C ends it")
            self._progress.settle()
        elif part == "portal":
            unready = "the gateway is" if "gateway" in self._plan.names else "other parts are"
            self._progress.address(self._plan.portal_url, f"{unready} still starting")

    def _write_run(self, pids: dict[str, int]) -> None:
        try:
            self._data.write_run({**self._plan.addresses, "pids": pids})
        except OSError as error:
            self._progress.say(f"{self._data.run_file} cannot be written: {error.strerror}")


def _progress(plan: Plan) -> Progress:
    if not sys.stdout.isatty():
        return Progress()
    from portal.up.progress_table import ProgressTable  # noqa: PLC0415 - slow to load

    return ProgressTable(plan.names)


def _give_up(reason: str) -> int:
    print(f"portal up: {reason}", file=sys.stderr)  # noqa: T201
    return 1
