"""Brings the parts up in the order in which they need each other, keeps them up, and takes them down again.

A part that was ready once and ends, or no longer answers, is started again for ever, with growing pauses; one that
never gets ready ends all.
"""

import asyncio
import math
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence

from portal.up.errors import PartFailed, PortTaken
from portal.up.last_words import last_words
from portal.up.part import Part
from portal.up.ports import is_free
from portal.up.process_table import listens
from portal.up.processes import Processes
from portal.up.progress import Progress

POLL_SECONDS = 0.1
FIRST_STARTS = 3
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# What was ready for so long did not end because of how it was started.
STEADY_SECONDS = 10.0
# Between two looks whether it still answers.
LOOK_SECONDS = 3.0
REMINDER_SECONDS = 30.0


class Supervisor:
    """`parts` stand in the order in which they are started, where nothing else decides, and ended."""

    def __init__(
        self,
        parts: Sequence[Part],
        processes: Processes,
        progress: Progress,
        became_ready: Callable[[str, "Supervisor"], None],
    ) -> None:
        self._parts = parts
        self._processes = processes
        self._progress = progress
        self._became_ready = became_ready
        self._ready = {part.name: asyncio.Event() for part in parts}
        self._were_ready: set[str] = set()
        self._ready_since: dict[str, float] = {}
        self._running: dict[str, Process] = {}

    @property
    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._running.items()}

    @property
    def is_ready(self) -> bool:
        return all(event.is_set() for event in self._ready.values())

    async def keep_running(self, stop: asyncio.Event) -> None:
        """Returns after `stop`, raises when a part is given up; nothing runs any more either way."""
        keepers = [asyncio.create_task(self._keep(part)) for part in self._parts]
        stopped = asyncio.create_task(stop.wait())
        pending = {stopped, *keepers}
        try:
            while not stopped.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in (stopped, *keepers):
                task.cancel()
            await asyncio.gather(stopped, *keepers, return_exceptions=True)
            await self._stop_all()

    async def _keep(self, part: Part) -> None:
        pause = FIRST_PAUSE_SECONDS
        failed_starts = 0
        while True:
            for name in part.after:
                if not self._ready[name].is_set():
                    self._progress.changed(part.name, "waiting", f"for {name}")
                    await self._ready[name].wait()
            self._ready_since.pop(part.name, None)
            reason = await self._run(part)
            if reason is None:
                return
            if part.name not in self._were_ready:
                failed_starts += 1
                self._check_port(part)
                if failed_starts == FIRST_STARTS or part.is_ready is None:
                    raise PartFailed(f"{part.name} does not start, it {reason} (log: {part.program.log})")
            if time.monotonic() - self._ready_since.get(part.name, math.inf) > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._progress.changed(part.name, "restarting", f"in {pause:.0f} s, it {reason} (log: {part.program.log})")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run(self, part: Part) -> str | None:
        """From start to end; the reason why it ended, or None when it was to end."""
        self._progress.changed(part.name, "starting")
        started_at = time.monotonic()
        log = part.program.log
        written_before = log.stat().st_size if log.exists() else 0
        try:
            if part.prepare:
                await part.prepare(self._processes)
            process = await self._processes.start(part.program)
        except (PartFailed, OSError) as error:
            if part.name not in self._were_ready:
                raise
            return f"could not be started: {error}"
        self._running[part.name] = process
        if await self._gets_ready(part, process):
            self._set_ready(part, f"in {time.monotonic() - started_at:.1f} s")
        is_silent = await self._ends_or_gets_silent(part, process)
        code = await self._processes.wait(process)
        del self._running[part.name]
        if part.is_ready is None and code == 0:
            self._set_ready(part, f"in {time.monotonic() - started_at:.1f} s")
            return None
        self._ready[part.name].clear()
        if is_silent:
            return f"did not answer for {part.patience:.0f} s"
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}: {last_words(log, written_before)}"

    async def _gets_ready(self, part: Part, process: Process) -> bool:
        waited_since = reminded_at = time.monotonic()
        while part.is_ready and process.returncode is None:
            if await self._answers(part, part.is_ready, process):
                return True
            now = time.monotonic()
            if now - reminded_at > REMINDER_SECONDS:
                reminded_at = now
                self._progress.changed(
                    part.name, "starting", f"for {now - waited_since:.0f} s (log: {part.program.log})"
                )
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _ends_or_gets_silent(self, part: Part, process: Process) -> bool:
        """Ends it when it was ready and gives no answer any more, and says whether that was so.

        Counts our own looks, so that a machine that is overloaded, or slept, gives it the time that it took.
        """
        end = asyncio.create_task(process.wait())
        silent_looks = 0
        try:
            while not (await asyncio.wait([end], timeout=LOOK_SECONDS))[0]:
                if part.is_ready is None or part.patience is None or not self._ready[part.name].is_set():
                    continue
                silent_looks = 0 if await part.is_ready() else silent_looks + 1
                if silent_looks * LOOK_SECONDS >= part.patience:
                    self._progress.changed(part.name, "stopping", f"no answer for {part.patience:.0f} s")
                    await self._processes.stop(process, part.program.stop_signals)
                    return True
        finally:
            end.cancel()
        return False

    @staticmethod
    async def _answers(part: Part, is_ready: Callable[[], Awaitable[bool]], process: Process) -> bool:
        """Not if another program answers on the part's port while the part itself is still loading."""
        try:
            return await is_ready() and _is_ours(part, process)
        except PartFailed:
            if _is_ours(part, process):
                raise
            return False

    def _set_ready(self, part: Part, note: str) -> None:
        self._ready[part.name].set()
        self._were_ready.add(part.name)
        self._ready_since[part.name] = time.monotonic()
        self._progress.changed(part.name, "ready", note)
        self._became_ready(part.name, self)

    @staticmethod
    def _check_port(part: Part) -> None:
        if part.port and not is_free(part.port):
            raise PortTaken(part.name, part.port)

    async def _stop_all(self) -> None:
        for part in self._parts:
            if process := self._running.get(part.name):
                self._progress.changed(part.name, "stopping")
                await self._processes.stop(process, part.program.stop_signals)
                self._progress.changed(part.name, "stopped")


def _is_ours(part: Part, process: Process) -> bool:
    return part.port is None or listens(process.pid, part.port)
