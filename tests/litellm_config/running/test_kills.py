"""Workers and gateways that are killed, hang or can't do their work while people are connected."""

import asyncio
import os
import signal
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress

import httpx
import psutil
import pytest
from gateway_under_test import are_gone, until

pytestmark = pytest.mark.req("A3")

KILLS = 10
STREAMS, REQUESTS_PER_SECOND = 20, 20
SECONDS = 3
# One that ends sooner after its start is replaced after a pause, because the next one could do the same.
STEADY_SECONDS = 1.5
PATIENCE = 2


class Load:
    """Requests and streams, begun again whenever they end."""

    def __init__(self, gateway):
        self._gateway = gateway
        # Of answers without a stream: when, and by which process.
        self.answered = []
        self.running = 0

    async def _ask(self, client):
        with suppress(httpx.TransportError):
            self.answered.append((time.monotonic(), (await client.get("/")).json()["pid"]))

    async def ask_again_and_again(self, client):
        async with asyncio.TaskGroup() as requests:
            while True:
                requests.create_task(self._ask(client))
                await asyncio.sleep(1 / REQUESTS_PER_SECOND)

    async def stream_again_and_again(self, client):
        while True:
            with suppress(httpx.TransportError):
                async with client.stream("GET", "/stream?pause=0.05") as answer:
                    parts = answer.aiter_raw()
                    await anext(parts)
                    self.running += 1
                    try:
                        async for _ in parts:
                            pass
                    finally:
                        self.running -= 1
            await asyncio.sleep(0.05)

    async def until_all_stream(self):
        deadline = time.monotonic() + 60
        while self.running < STREAMS:
            assert time.monotonic() < deadline, f"{self.running} streams run\n{self._gateway.said[-2000:]}"
            await asyncio.sleep(0.02)

    async def until_answered_by_another(self, pid, since):
        """The seconds that it took."""
        while True:
            for at, by in self.answered:
                if at > since and by != pid:
                    return at - since
            assert time.monotonic() - since < 60, self._gateway.said[-2000:]
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running_load(gateway):
    load = Load(gateway)
    async with httpx.AsyncClient(base_url=gateway.url, timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        kinds = [load.ask_again_and_again, *[load.stream_again_and_again] * STREAMS]
        tasks = [asyncio.create_task(kind(client)) for kind in kinds]
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_worker_that_is_killed_under_load_is_replaced_within_three_seconds_each_time(gateway):
    seconds = []
    async with running_load(gateway) as load:
        for _ in range(KILLS):
            await load.until_all_stream()
            await asyncio.sleep(STEADY_SECONDS)
            _, serving = load.answered[-1]
            killed_at = time.monotonic()
            os.kill(serving, signal.SIGKILL)
            seconds.append(await load.until_answered_by_another(serving, killed_at))
        await load.until_all_stream()

    assert len(seconds) == KILLS
    assert max(seconds) < SECONDS, seconds
    assert gateway.said.count("gateway.worker_lost") == KILLS
    assert "gateway.worker_failed" not in gateway.said


async def test_gateway_that_is_killed_under_load_can_be_started_again_at_once_each_time(make_gateway):
    gateway = make_gateway().start().wait_until_ready()
    async with running_load(gateway) as load:
        for _ in range(KILLS):
            await load.until_all_stream()
            _, serving = load.answered[-1]
            killed_at = time.monotonic()
            await asyncio.to_thread(gateway.kill)
            gateway.start()
            await load.until_answered_by_another(serving, killed_at)
        await load.until_all_stream()

    assert "can't listen" not in gateway.said
    assert Counter(gateway.noted("loads")).total() == KILLS + 1


@pytest.mark.parametrize("by", ["a signal", "its event loop"])
def test_worker_that_hangs_is_replaced(make_gateway, by):
    gateway = make_gateway(patience=PATIENCE).start().wait_until_ready()
    hanging = gateway.ask()["pid"]
    if by == "a signal":
        os.kill(hanging, signal.SIGSTOP)
    else:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{gateway.url}/busy?600", timeout=0.5)

    until(lambda: f"it gave no sign of life for {PATIENCE} seconds" in gateway.said)

    gateway.wait_until_ready()
    assert gateway.ask()["pid"] != hanging


def test_worker_that_is_busy_is_left_alone(make_gateway):
    gateway = make_gateway(patience=PATIENCE).start().wait_until_ready()
    before = gateway.ask()["pid"]

    for _ in range(4):
        httpx.get(f"{gateway.url}/busy?{PATIENCE * 0.75}", timeout=60).raise_for_status()

    assert gateway.ask()["pid"] == before


def test_program_that_workers_are_forked_from_is_replaced_when_it_hangs(make_gateway):
    gateway = make_gateway(patience=PATIENCE).start().wait_until_ready()
    (forking,) = gateway.noted("loads")
    os.kill(forking, signal.SIGSTOP)
    os.kill(gateway.ask()["pid"], signal.SIGKILL)

    until(lambda: len(gateway.noted("loads")) == 2)

    gateway.wait_until_ready()
    assert not psutil.pid_exists(forking)


def test_worker_that_cannot_listen_does_not_take_over(gateway, instances):
    before = gateway.ask()["pid"]
    gateway.write("one", "cannot-listen")
    until(lambda: "gateway.worker_failed" in gateway.said)

    assert gateway.ask()["pid"] == before
    assert gateway.said.count("gateway.catalogue_applied") == 1
    until(lambda: [one.mistakes for one in instances() if one.mistakes])
    assert "LiteLLM does not start with it: OSError" in str(instances()[0].mistakes[0])


def test_second_worker_that_is_lost_at_once_leaves_connections_as_they_should_be(gateway):
    """A port that is closed while nobody listens on it would close every later connection."""
    os.kill(gateway.ask()["pid"], signal.SIGKILL)
    until(lambda: len(gateway.noted("starts")) == 2)
    with suppress(ProcessLookupError):
        os.kill(gateway.noted("starts")[1], signal.SIGKILL)

    until(lambda: len(gateway.noted("starts")) == 3)
    gateway.wait_until_ready()

    assert {httpx.get(gateway.url, timeout=60).status_code for _ in range(20)} == {200}


def test_workers_of_a_killed_gateway_that_hang_are_ended_by_the_next_one(make_gateway, tmp_path):
    temporary = {"TMPDIR": str(tmp_path)}
    gateway = make_gateway().start(**temporary).wait_until_ready()
    hanging = psutil.Process(gateway.ask()["pid"])
    hanging.suspend()
    gateway.kill()
    assert hanging.is_running()

    gateway.start(**temporary).wait_until_ready()

    until(lambda: are_gone([hanging]))
    assert gateway.ask()["pid"] != hanging.pid


def test_worker_of_a_living_gateway_is_not_taken_for_one_that_was_left(make_gateway, tmp_path):
    temporary = {"TMPDIR": str(tmp_path)}
    living = make_gateway().start(**temporary).wait_until_ready()
    make_gateway("killed").start(**temporary).wait_until_ready().kill()
    before = living.ask()["pid"]

    make_gateway("second").start(**temporary).wait_until_ready()

    assert living.ask()["pid"] == before
