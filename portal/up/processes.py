"""Starts and ends processes, each in a session and group of its own, none of which outlives this one."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from portal.up import orphan_watch
from portal.up.errors import PartFailed
from portal.up.program import Program

GRACE_SECONDS = 10.0


class Processes:
    def __init__(self, parts_lock: int, grace_seconds: float = GRACE_SECONDS) -> None:
        self._parts_lock = parts_lock
        self._grace_seconds = grace_seconds
        self._watch: Process
        # The watch's standard input: while it is open, we live.
        self._leash: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._watch = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(Path(orphan_watch.__file__)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(self._parts_lock,),
        )
        self._leash = cast("asyncio.StreamWriter", self._watch.stdin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leash.close()
        await self._watch.wait()

    async def start(self, program: Program) -> Process:
        try:
            with program.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *program.command,
                    env=program.environment,
                    cwd=program.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C in the terminal is for us, who then end the parts in order.
                    start_new_session=True,
                )
        except OSError as error:
            raise PartFailed(f"{program.name} cannot be started: {error.strerror} ({error.filename}).") from error
        self._tell_watch(f"started {process.pid} {program.stop_signals[0]}")
        return process

    async def wait(self, process: Process) -> int:
        """The process' exit code, once nothing of its group is left either."""
        code = await process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._tell_watch(f"ended {process.pid} 0")
        return code

    async def stop(self, process: Process, stop_signals: tuple[signal.Signals, ...]) -> None:
        for stop_signal in stop_signals:
            with suppress(ProcessLookupError, TimeoutError):
                process.send_signal(stop_signal)
                await asyncio.wait_for(process.wait(), self._grace_seconds)
            if process.returncode is not None:
                break
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await self.wait(process)

    async def run(self, program: Program) -> int:
        process = await self.start(program)
        try:
            return await self.wait(process)
        except asyncio.CancelledError:
            await self.stop(process, program.stop_signals)
            raise

    def _tell_watch(self, change: str) -> None:
        self._leash.write(f"{change}\n".encode())
