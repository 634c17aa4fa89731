"""What everything holds right after its start, when it is idle; pages shared between processes counted by share."""

from portal.bench.opening import Opened
from portal.bench.report import Figures, Line, Report

TITLE = "Memory, idle"
LINES = (Line("mib", "MiB", 0),)
NOTES = ("stock: LiteLLM's process and its query engine alone, without Postgres, portal and Redis",)


def report(opened: Opened) -> Report:
    ours = {name: size for name, size in opened.memory.items() if name != "stock"}
    figures: dict[str, Figures] = {name: {"mib": size} for name, size in ours.items()}
    figures["together"] = {"mib": sum(ours.values())}
    if "stock" in opened.memory:
        figures["stock"] = {"mib": opened.memory["stock"]}
    return Report(TITLE, LINES, figures, NOTES)
