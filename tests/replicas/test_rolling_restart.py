"""A new version comes: one instance of each role after the other is told to end, and replaced."""

from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.process import BaseProcess

import pytest
from balancer import Balancer, running_balancer
from key_calls import created
from load import running_load
from portal_process import portal_processes
from waiting import wait_until

ROLES = ("web", "chat", "api")
STOP = {"stop_delay": 2, "chat_stop_grace": 300}


class Fleet:
    """Two instances of each role, each role behind a balancer."""

    def __init__(self, stack: ExitStack, **settings: object) -> None:
        self._stack = stack
        self._settings = settings
        self._balancers: dict[str, Balancer] = {role: stack.enter_context(running_balancer()) for role in ROLES}
        self._instances: dict[tuple[str, int], tuple[BaseProcess, int]] = {}
        self._start([(role, number) for role in ROLES for number in (0, 1)])
        wait_until(lambda: all(one.healthy == set(one.ports) for one in self._balancers.values()))

    @property
    def urls(self) -> dict[str, str]:
        return {role: balancer.url for role, balancer in self._balancers.items()}

    def _start(self, instances: list[tuple[str, int]]) -> None:
        settings = [{"role": role, **self._settings} for role, _ in instances]
        started = self._stack.enter_context(portal_processes(*settings))
        for (role, number), (process, url) in zip(instances, started, strict=True):
            port = int(url.rpartition(":")[2])
            self._instances[role, number] = process, port
            self._balancers[role].ports.append(port)

    def restart(self, number: int) -> None:
        """One instance of each role."""
        for role in ROLES:
            self._instances[role, number][0].terminate()
        for role in ROLES:
            process, port = self._instances[role, number]
            process.join(300)
            assert not process.is_alive(), f"{role} does not end"
            self._balancers[role].ports.remove(port)
        self._start([(role, number) for role in ROLES])
        wait_until(lambda: all(one.healthy >= set(one.ports) for one in self._balancers.values()))


@pytest.fixture
def fleet(platform, chat_models) -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(
            stack,
            database_url=platform.database_url,
            redis_url=platform.redis_url,
            litellm_api_endpoint=platform.gateway_url,
            litellm_admin_key=platform.admin_key,
            **STOP,
        )


@pytest.mark.req("A2", "A3")
def test_restart_of_one_instance_after_the_other_loses_no_request_and_cuts_no_stream(fleet: Fleet, member):
    person, olga = member(name="Alice"), member(is_operator=True)
    key = created(person)["key"]
    enough = {"requests_per_minute": 10_000, "tokens_per_minute": 10_000_000, "parallel_requests": 100}
    assert olga.client.put(f"/api/operator/people/{person.person.id}/limits", json=enough).status_code == 204

    with running_load(fleet.urls, person, key) as load:
        wait_until(lambda: load.count("page") and load.count("request"))
        for number in (0, 1):
            with load.chats(4):
                fleet.restart(number)
        after = {kind: load.count(kind) for kind in ("page", "request")}
        wait_until(lambda: all(load.count(kind) > count for kind, count in after.items()))

    assert load.failures == []
    assert (load.count("chat"), load.count("stream") > 4) == (8, True)
