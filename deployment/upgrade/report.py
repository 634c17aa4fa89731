"""What a rehearsal has found, as Markdown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deployment.upgrade.checks import BUSY, Outcome
from portal.bench.report import Figures

# What an old version could miss afterwards, or what holds others up while every row is written anew.
REWRITES = re.compile(
    r"\b(DROP\s+(?:TABLE|COLUMN|TYPE|CONSTRAINT|INDEX)|TRUNCATE|DELETE\s+FROM|RENAME|UPDATE(?=\s+\")|SET\s+NOT\s+NULL"
    r"|SET\s+DATA\s+TYPE|(?<=\")\s+TYPE)\b",
    re.IGNORECASE,
)
COMMENT = re.compile(r"--[^\n]*")
FIGURES = {"median_ms": "median, ms", "p95_ms": "p95, ms", "per_second": "per second", "cpu_ms": "processor, ms"}
SIDES = {"ours": "gateway", "door": "door"}


@dataclass
class Report:
    version: str
    current: str
    versions: Sequence[tuple[str, str, str]] = ()
    instead: str | None = None
    missing: Sequence[str] = ()
    data: str = ""
    migrations: Mapping[str, str] = field(default_factory=dict)
    migrate_seconds: float = 0
    rows_before: Mapping[str, int] = field(default_factory=dict)
    rows_after: Mapping[str, int] = field(default_factory=dict)
    wrong: Sequence[str] = ()
    keys_tried: int = 0
    tests: Outcome = field(default_factory=lambda: Outcome("not run", ()))
    old: Mapping[str, Figures] = field(default_factory=dict)
    new: Mapping[str, Figures] = field(default_factory=dict)
    pairs: int = 0
    minutes: float = 0
    # By what, if it did not come to its end.
    stopped: str | None = None

    @property
    def lost(self) -> list[str]:
        return [name for name, count in self.rows_before.items() if self.rows_after.get(name, 0) < count]

    @property
    def is_fit(self) -> bool:
        return not (self.stopped or self.missing or self.wrong or self.lost or self.tests.failed)


def markdown(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    verdict = "nothing stands against it" if report.is_fit else "**not fit as it is**, see below"
    yield f"# LiteLLM {report.version}, rehearsed from {report.current}: {verdict}"
    yield f"\n{report.minutes:.0f} minutes."
    if report.stopped:
        yield f"\n**It stopped, and what follows is not all:** {report.stopped}"
    yield "\n## Packages that change\n"
    if report.instead:
        yield f"Of its companions, {report.instead} Those that `pyproject.toml` names instead have the same tables.\n"
    yield from _table(("package", "now", "then"), report.versions)
    yield "\n## Imports that are missing\n"
    yield from _list(report.missing)
    yield "\n## Migrations that are new\n"
    yield f"From {report.data}; all of it was brought to the new version in {report.migrate_seconds:.1f} s.\n"
    yield from _list([f"`{name}`{_mark(text)}" for name, text in report.migrations.items()])
    yield "\n## Rows\n"
    yield from _table(("table", "before", "after"), _rows(report))
    yield "\n## The platform on that data\n"
    yield f"It starts; {report.keys_tried} keys of the data were tried." if report.keys_tried else "It starts."
    yield from report.wrong
    yield "\n## Contract tests\n"
    yield report.tests.summary
    yield from _list(report.tests.failed) if report.tests.failed else ()
    yield f"\n## Measured, in turn, medians of {report.pairs}\n"
    yield from _table(("", "now", "then"), _figures(report))


def _mark(text: str) -> str:
    found = sorted({" ".join(one.split()).upper() for one in REWRITES.findall(COMMENT.sub("", text))})
    return f", **drops or rewrites** ({', '.join(found)})" if found else ""


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for name in sorted(report.rows_before.keys() | report.rows_after.keys()):
        before, after = report.rows_before.get(name), report.rows_after.get(name)
        if before or after:
            mark = ", **lost**" if name in report.lost else ""
            yield f"{name}{mark}", str(before if before is not None else "-"), str(after if after is not None else "-")
    yield "all", str(sum(report.rows_before.values())), str(sum(report.rows_after.values()))


def _figures(report: Report) -> Iterator[tuple[str, ...]]:
    for side, words in SIDES.items():
        for name, unit in FIGURES.items():
            yield f"{words}: {unit}", *(_number(run.get(side, {}).get(name)) for run in (report.old, report.new))
    yield (
        "cores busy with other programs",
        *(_number(run.get("machine", {}).get(BUSY)) for run in (report.old, report.new)),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _list(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"- {line}" for line in lines or ["none"])


def _table(head: Sequence[str], lines: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    for line in (head, ["---"] * len(head), *lines):
        yield f"| {' | '.join(line)} |"
