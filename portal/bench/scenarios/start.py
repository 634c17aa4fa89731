"""Seconds from the command to the first page and to the first completed chat."""

from portal.bench.opening import Opened
from portal.bench.report import Figures, Line, Report, medians

TITLE = "Start"
LINES = (Line("page_seconds", "to the page, s"), Line("chat_seconds", "to the first answer, s"))


def report(opened: Opened) -> Report:
    rounds: list[dict[str, Figures]] = []
    for number, platform in enumerate(opened.platforms):
        name = "warm" if number else "cold"
        rounds.append({name: {"page_seconds": platform.page_seconds, "chat_seconds": platform.chat_seconds}})
    rounds += [{"stock": {"chat_seconds": stock.chat_seconds}} for stock in opened.stocks]
    return Report(TITLE, LINES, medians(rounds))
