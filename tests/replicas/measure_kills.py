"""What a kill costs: prints the table of `docs/guides/scaling.md`.

    PYTHONPATH=.:tests python tests/replicas/measure_kills.py | grep '^|'

Three portals and two gateways, each kind behind a balancer, with a bounded load; one process at a time gets SIGKILL.
It takes about three minutes and 2.5 GB.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import httpx
import psutil
from balancer import running_balancer
from chat_models import running_chat_models
from gateway_process import running_gateway
from key_calls import created
from load import Load, running_load
from people import add_person, sign_in
from platform_run import Platform, running_platform
from portal_process import portal_process
from portal_server import wait_for_gateway
from waiting import wait_until

KINDS = ("page", "request", "stream", "chat")
SECONDS_BEFORE, SECONDS_AFTER = 6, 20
# Answers take five at least.
SECONDS_OF_CHAT = 2


def measured(load: Load, name: str, kill: Callable[[], None]) -> None:
    chats = [Thread(target=load._once, args=("chat", load.chat)) for _ in range(4)]
    time.sleep(SECONDS_BEFORE)
    for thread in chats:
        thread.start()
    time.sleep(SECONDS_OF_CHAT)
    killed = time.monotonic()
    kill()
    time.sleep(SECONDS_AFTER)
    for thread in chats:
        thread.join()
    during = [one for one in load.outcomes if one.ended >= killed]
    # Of an answer in the chat what was written is kept, and it can be continued.
    failed = Counter(one.kind for one in during if one.failure)
    total = Counter(one.kind for one in during)
    recovered = max((one.ended - killed for one in during if one.failure), default=0)
    cells = " | ".join(f"{failed[kind]} of {total[kind]}" for kind in KINDS)
    sys.stdout.write(f"| {name} | {cells} | {recovered:.1f} |\n")
    for failure, count in Counter((one.kind, one.failure[:110]) for one in during if one.failure).items():
        sys.stderr.write(f"{name}: {count} x {failure}\n")
    load.outcomes.clear()


def kill_whole(process: psutil.Process) -> None:
    for one in [*process.children(recursive=True), process]:
        one.kill()


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        platform: Platform = stack.enter_context(running_platform(folder / "data"))
        stack.enter_context(running_chat_models(*platform.endpoint_ports["chat"]))
        gateways = stack.enter_context(running_balancer("/health/liveliness", "/health/liveliness"))
        second, second_url = stack.enter_context(
            running_gateway(
                folder / "second.log",
                DATABASE_URL=platform.database_url,
                REDIS_URL=platform.redis_url,
                LITELLM_ADMIN_KEY=platform.admin_key,
                SAMPLE_ENDPOINT_URL=platform.sample_endpoint_url,
                PORTAL_GATEWAY_CONFIG=str(platform.catalogue),
            )
        )
        gateways.ports += [int(url.rpartition(":")[2]) for url in (platform.gateway_url, second_url)]
        portals = stack.enter_context(running_balancer())
        settings = {
            "database_url": platform.database_url,
            "redis_url": platform.redis_url,
            "litellm_api_endpoint": gateways.url,
            "litellm_admin_key": platform.admin_key,
        }
        processes = [stack.enter_context(portal_process(**settings)) for _ in range(3)]
        portals.ports += [int(url.rpartition(":")[2]) for _, url in processes]
        wait_until(lambda: len(portals.healthy) == 3 and len(gateways.healthy) == 2, seconds=300)
        wait_for_gateway(platform.portal_url)
        client = stack.enter_context(httpx.Client(base_url=portals.url, timeout=60))
        person, _ = (sign_in(platform, client, add_person(platform, is_operator=is_one)) for is_one in (False, True))
        enough = {"requests_per_minute": 100_000, "tokens_per_minute": 100_000_000, "parallel_requests": 100}
        client.put(f"/api/operator/people/{person.person.id}/limits", json=enough).raise_for_status()
        person = sign_in(platform, client, person.person)
        key = created(person)["key"]
        urls = dict.fromkeys(("web", "chat", "api"), portals.url)
        load = stack.enter_context(running_load(urls, person, key, pause=0.05))
        wait_until(lambda: load.count("stream"))
        measured(load, "nothing", lambda: None)
        measured(load, "a portal of three", processes[0][0].kill)
        measured(load, "a gateway of two", lambda: kill_whole(psutil.Process(second.pid)))


if __name__ == "__main__":
    main()
