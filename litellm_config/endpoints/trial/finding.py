"""What a trial finds out, a line each."""

from typing import Literal, NamedTuple

Verdict = Literal["ok", "note", "missing"]


class Finding(NamedTuple):
    """`missing` is required, `note` is not; `todo` says what to do about either."""

    what: str
    verdict: Verdict
    says: str
    todo: str = ""


def ok(what: str, says: str) -> Finding:
    return Finding(what, "ok", says)


def note(what: str, says: str, todo: str) -> Finding:
    return Finding(what, "note", says, todo)


def missing(what: str, says: str, todo: str) -> Finding:
    return Finding(what, "missing", says, todo)
