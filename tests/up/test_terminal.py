"""What a person at a terminal sees."""

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

UP_PROCESS = Path(__file__).with_name("up_process.py")


class Terminal:
    def __init__(self, data_dir):
        self.ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
        self.process = psutil.Popen(
            [sys.executable, str(UP_PROCESS), str(data_dir), "0", "{}"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def read_until(self, text, seconds=60):
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            readable, _, _ = select.select([self.ours], [], [], max(0, deadline - time.monotonic()))
            assert readable, self.seen
            self.seen += os.read(self.ours, 65536).decode(errors="replace")


@pytest.fixture
def terminal(data_dir):
    terminal = Terminal(data_dir)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.terminate()
        terminal.process.wait(40)


def test_table_moves_until_everything_is_ready_and_events_follow_as_lines(terminal, kill):
    terminal.read_until("everything is ready, Ctrl-C ends it")

    for part in ("portal", "gateway", "sample-endpoint", "postgres", "redis"):
        assert part in terminal.seen
    assert "starting, 0 s" in terminal.seen
    assert "the gateway is still starting" in terminal.seen
    redis = next(process for process in terminal.process.children() if process.name() == "valkey-server")
    kill(redis.pid)
    terminal.read_until("redis: restarting in 1 s, it was ended by SIGKILL")
    terminal.read_until("redis: ready")


def test_closed_terminal_ends_everything(terminal, all_end):
    terminal.read_until("everything is ready")
    everyone = [terminal.process, *terminal.process.children(recursive=True)]

    os.close(terminal.ours)
    terminal.process.send_signal(signal.SIGHUP)

    assert terminal.process.wait(40) == 0
    all_end(everyone)
