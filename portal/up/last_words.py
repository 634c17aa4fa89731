"""The line of a log that says best why its program ended."""

import re
from pathlib import Path

TAIL_BYTES = 20_000
TROUBLE = re.compile(r"\b(FATAL|PANIC|ERROR|Fatal|Error|error|Can't|Bad|cannot|failed)\b|Error:")
# Postgres' and Redis' time and process id are of no use in a sentence.
PREAMBLE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] (?:[A-Z]+: +)?"
    r"|^\d+:[A-Z] \d\d \w{3} \d{4} [\d:.]+ [#*.-] "
)


def last_words(log: Path, since: int = 0) -> str:
    """Looks at what was written after the first `since` bytes."""
    with log.open("rb") as stream:
        stream.seek(max(since, log.stat().st_size - TAIL_BYTES))
        lines = [line for line in stream.read().decode(errors="replace").splitlines() if line.strip()]
    for line in reversed(lines):
        if TROUBLE.search(line):
            return PREAMBLE.sub("", line).strip()
    return PREAMBLE.sub("", lines[-1]).strip() if lines else "it said nothing"
