"""The program behind the workers: it loads LiteLLM once, which takes eight seconds, and forks a worker in a moment.

It is started with two arguments: the descriptor of the socket to listen on, and that of the socket from which it takes
orders. Every order is one packet: the variables of a worker's environment, and the worker's end of its leash.
It never runs an event loop or a thread of its own, so that the copies start from a state in which nothing is under way.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

from litellm_config.running.leash import LONGEST_REASON
from litellm_config.running.serving import serve
from litellm_config.running.unhandled import App

LARGEST_ORDER = 150_000
PR_SET_PDEATHSIG = 1
# A request of LiteLLM makes thousands of objects that live as long as it does. Looked at every 700 of them, as Python
# does by default, they take a tenth of the processor's time. https://docs.python.org/3/library/gc.html#gc.set_threshold
GC_THRESHOLD = (10_000, 20, 50)


def fork_workers(load: Callable[[], App]) -> None:
    """Returns in the workers too, each after its end. `load` may fail: the supervisor gets to know why."""
    listener, order_socket = (int(argument) for argument in sys.argv[-2:])
    orders = socket.socket(fileno=order_socket)
    orders.set_inheritable(False)
    _end_with_supervisor()
    # Whoever signals means the supervisor, which then decides. A handler is not inherited, unlike "ignore".
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: None)
    # Nothing that is loaded is garbage, and looking for some takes a sixth of the start.
    gc.disable()
    try:
        app = load()
    except BaseException as error:
        orders.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:LONGEST_REASON]}).encode())
        raise
    # What is loaded is never looked at again for garbage, so that its memory stays shared.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    gc.enable()
    signal.signal(signal.SIGCHLD, _bury)
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 1)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # A group of its own, so that it can be ended with its children.
            os.setsid()
            os.environ.update(json.loads(order))
            serve(app, listener, descriptors[0])
            return
        os.close(descriptors[0])


def _end_with_supervisor() -> None:
    """Also in the middle of loading: https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html"""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _bury(*_: object) -> None:
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if os.WIFSIGNALED(status):
                line = {"event": "gateway.worker_killed", "pid": pid, "signal": os.WTERMSIG(status)}
                os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")
    except ChildProcessError:
        return
