"""Which imports of some packages do not resolve: `python imports.py FOLDER PACKAGE…`, one a line.

It is run by the Python whose packages are meant, and so uses nothing but the standard library. A module that is used as
`proxy` in `from litellm.proxy import proxy_server as proxy` is looked through for what is taken from it, too. Imports
that expect to fail are left out.
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FORGIVING = {"ImportError", "ModuleNotFoundError", "Exception"}


class Import(NamedTuple):
    place: str
    module: str
    name: str | None


def main(folder: Path, packages: set[str]) -> None:
    for found in imports_of(folder, packages):
        if reason := missing(found):
            sys.stdout.write(f"{found.place}: {found.module}{f'.{found.name}' if found.name else ''} ({reason})\n")


def imports_of(folder: Path, packages: set[str]) -> Iterator[Import]:
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(errors="replace")
        if any(package in text for package in packages):
            yield from _imports_of(ast.parse(text), str(file.relative_to(folder)), packages)


def _imports_of(tree: ast.AST, file: str, packages: set[str]) -> Iterator[Import]:
    modules: dict[str, str] = {}
    expected = _expected_to_fail(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import) and id(node) not in expected:
            for module, name, known_as in _names(node, packages):
                yield Import(f"{file}:{node.lineno}", module, name)
                modules[known_as] = f"{module}.{name}" if name else module
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            if _is_module(module):
                yield Import(f"{file}:{node.lineno}", module, node.attr)


def _names(node: ast.ImportFrom | ast.Import, packages: set[str]) -> Iterator[tuple[str, str | None, str]]:
    """Module, name in it, and the name under which that is known afterwards."""
    if isinstance(node, ast.Import):
        yield from ((one.name, None, one.asname or one.name) for one in node.names if _is_of(one.name, packages))
    elif not node.level and node.module and _is_of(node.module, packages):
        yield from ((node.module, one.name, one.asname or one.name) for one in node.names)


def _expected_to_fail(tree: ast.AST) -> set[int]:
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any(_forgives(handler) for handler in node.handlers)
        for statement in node.body
        for inner in ast.walk(statement)
    }


def missing(found: Import) -> str | None:
    try:
        module = importlib.import_module(found.module)
    except Exception as error:  # noqa: BLE001 - whatever an import does is the answer
        return f"{type(error).__name__}: {error}"
    if found.name in {None, "*"} or hasattr(module, found.name or "") or _is_module(f"{found.module}.{found.name}"):
        return None
    return "no such name"


def _is_of(module: str, packages: set[str]) -> bool:
    return module.split(".", maxsplit=1)[0] in packages


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _forgives(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in FORGIVING) for kind in kinds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
