"""What a person sees of the parts in a terminal: a table that moves until the start is over, then lines."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from portal.up.progress import Progress, State

FRAME_SECONDS = 0.1
MARKS: dict[State, tuple[str, str]] = {
    "waiting": ("·", "dim"),
    "ready": ("✓", "green"),
    "restarting": ("!", "yellow"),
}


@dataclass
class Row:
    state: State = "waiting"
    note: str = ""
    since: float = field(default_factory=time.monotonic)


class ProgressTable(Progress):
    def __init__(self, parts: Sequence[str]) -> None:
        self._rows = {part: Row() for part in parts}
        self._address = Text()
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(console=Console(highlight=False), auto_refresh=False, get_renderable=self._render)

    def changed(self, part: str, state: State, note: str = "") -> None:
        self._rows[part] = Row(state, note)
        if not self._live.is_started:
            super().changed(part, state, note)

    def say(self, text: str) -> None:
        if not self._live.is_started:
            super().say(text)
            return
        try:
            self._live.console.print(text)
        except OSError:
            self._fall_silent()

    def address(self, url: str, note: str) -> None:
        self._address = Text.assemble("\n  ", (url, "bold green underline"), f" — {note}\n")

    def settle(self) -> None:
        try:
            self._live.stop()
        except OSError:
            self._fall_silent()

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[None]:
        self._live.start()
        frames = asyncio.create_task(self._move())
        try:
            yield
        finally:
            frames.cancel()
            self.settle()

    async def _move(self) -> None:
        while self._live.is_started:
            try:
                self._live.refresh()
            except OSError:
                self._fall_silent()
            await asyncio.sleep(FRAME_SECONDS)

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for part, row in self._rows.items():
            if row.state == "starting":
                table.add_row(self._spinner, part, Text(f"starting, {time.monotonic() - row.since:.0f} s"))
            else:
                mark, style = MARKS.get(row.state, ("·", "dim"))
                table.add_row(Text(mark, style), part, Text(f"{row.state} {row.note}", style))
        return Group(table, self._address)
