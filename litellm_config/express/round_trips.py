"""Calls of Redis that go there together: while some are on their way, the next ones gather."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

Argument = str | bytes | int | float
Command = Sequence[Argument]


class RoundTrips:
    def __init__(self, redis: Redis, scripts: Iterable[str]) -> None:
        """`scripts`: the texts of those that will be run."""
        self._redis = redis
        self._scripts = {script: hashlib.sha1(script.encode()).hexdigest() for script in scripts}  # noqa: S324 - Redis' name of a script
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        self._travelling: asyncio.Task[None] | None = None

    def script(self, text: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Command:
        return "EVALSHA", self._scripts[text], len(keys), *keys, *arguments

    async def run(self, *commands: Command) -> list[Any]:
        """An answer for each, in their order. Raises what the first one that failed has raised.

        Scripts that Redis did not know are run after all else.
        """
        answers: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, answers))
        if not self._travelling:
            self._travelling = asyncio.create_task(self._travel())
        return await answers

    async def _travel(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                results = iter(await self._send([command for commands, _ in together for command in commands]))
            except Exception as error:  # noqa: BLE001 - told to those who wait
                for _, answers in together:
                    _settle(answers, [error])
                continue
            for commands, answers in together:
                _settle(answers, [next(results) for _ in commands])
        self._travelling = None

    async def _send(self, commands: Sequence[Command]) -> list[Any]:
        results = await self._execute(commands)
        missing = [place for place, result in enumerate(results) if isinstance(result, NoScriptError)]
        if missing:
            # A Redis that was started anew.
            for script in self._scripts:
                await self._redis.script_load(script)
            again = await self._execute([commands[place] for place in missing])
            for place, result in zip(missing, again, strict=True):
                results[place] = result
        return results

    async def _execute(self, commands: Sequence[Command]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            results: list[Any] = await pipeline.execute(raise_on_error=False)
        return results


def _settle(answers: asyncio.Future[list[Any]], results: list[Any]) -> None:
    if answers.done():
        return
    error = next((result for result in results if isinstance(result, Exception)), None)
    if error:
        answers.set_exception(error)
    else:
        answers.set_result(results)
