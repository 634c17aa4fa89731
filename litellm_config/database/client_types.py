"""Sets the types of the generated client aside, until somebody asks for one.

They are 30,000 typed dictionaries, one for each way from table to table, which only type checkers read. Python needs
five seconds and 180 MB to make them, at every start of LiteLLM.
"""

import compileall
import re
from pathlib import Path

from litellm_config.database.errors import ClientNotGenerated

# Above the types of the first table are those of all tables, which the client itself uses.
FIRST_TABLE = re.compile(r"^# \w+ types$", re.MULTILINE)
ALL_TYPES = "all_types.py"
ASK_FOR_ALL = """

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from . import all_types

    return getattr(all_types, name)
"""


def are_aside(package: Path) -> bool:
    return (package / "types.py").read_text().endswith(ASK_FOR_ALL)


def set_aside(package: Path) -> None:
    """Whoever imports them meanwhile finds either all or the few."""
    types = package / "types.py"
    text = types.read_text()
    found = FIRST_TABLE.search(text)
    if found is None:
        raise ClientNotGenerated(f"Prisma's Python client has no types of tables in {types}.")
    (package / ALL_TYPES).write_text(text)
    shorter = types.with_suffix(".new")
    shorter.write_text(text[: found.start()] + ASK_FOR_ALL)
    shorter.replace(types)


def compile_the_rest(package: Path) -> None:
    """Where people forbid Python to keep what it compiles, every start would compile five megabytes."""
    compileall.compile_dir(package, maxlevels=0, quiet=1, rx=re.compile(re.escape(ALL_TYPES)))
