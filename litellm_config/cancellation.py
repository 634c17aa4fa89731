"""For tasks that talk to Redis until they are cancelled."""

import asyncio


def end_if_cancelled() -> None:
    """To be called in each round, after Redis was asked.

    redis-py writes inside `asyncio.wait_for`, which on Python 3.11 loses a cancellation that comes just when the
    write is done; the task would go on for ever. https://bugs.python.org/issue37658
    """
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError
