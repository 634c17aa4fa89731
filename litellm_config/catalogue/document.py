"""A YAML file as plain values, each with the line it stands in.

The nodes are turned into values here and not by a YAML constructor, because that would stop at the first thing it
does not know, and because a file from outside must not be able to make objects, or to grow without end by aliases.
"""

import itertools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLWarning
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from litellm_config.catalogue.mistakes import CatalogueInvalid, Mistake

LARGEST_BYTES = 1_048_576
MOST_VALUES = 50_000
DEEPEST = 60
BRACKETS = re.compile(r"[\[\]{}]")
TAG = "tag:yaml.org,2002:"
MERGE = f"{TAG}merge"
COLLECTIONS = {f"{TAG}map", f"{TAG}seq"}
TRUE = {"true", "yes", "on"}
NUMBERS: Mapping[str, Callable[[str], float]] = {
    "int": lambda text: int(text, 0),
    "float": lambda text: float(text.replace(".inf", "inf").replace(".nan", "nan")),
}

# Names of mappings and positions in lists, from the root.
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    file: str
    text: str
    root: Node | None
    content: Any
    lines: Mapping[Place, int]
    mistakes: tuple[Mistake, ...]

    def line(self, place: Place) -> int:
        """That of the nearest thing around it which stands in the file, for things that are missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def mistake(self, place: Place, reason: str) -> Mistake:
        return Mistake(self.file, self.line(place), reason)


def read_document(path: Path) -> Document:
    """Raises `CatalogueInvalid` where the file can't be read as YAML at all."""
    return parse_document(str(path), read_text(path))


def read_text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise CatalogueInvalid.at(path, None, "is not a file")
        if path.stat().st_size > LARGEST_BYTES:
            raise CatalogueInvalid.at(path, None, "is larger than 1 MB; is it the right file?")
        content = path.read_bytes()
    except OSError as error:
        raise CatalogueInvalid.at(path, None, f"can't be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueInvalid.at(path, line, "is not UTF-8 text; save it with that encoding") from error


def parse_document(file: str, text: str) -> Document:
    if _brackets_open(text) > DEEPEST:
        raise _invalid(file, 1, "is nested too deeply")
    try:
        with warnings.catch_warnings():
            # YAML 1.2 lets an anchor be used again; the reader only remarks on it.
            warnings.simplefilter("ignore", YAMLWarning)
            root = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _invalid(file, line, "a character here is not allowed in YAML") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _invalid(file, mark.line + 1 if mark else 1, _said_plainly(error)) from error
    except RecursionError as error:
        raise _invalid(file, 1, "is nested too deeply") from error
    except (YAMLError, ValueError) as error:
        raise _invalid(file, 1, "is not valid YAML") from error
    reader = _Reader(file)
    content = reader.value(root, ()) if root else None
    return Document(file, text, root, content, reader.lines, tuple(reader.mistakes))


def _invalid(file: str, line: int, reason: str) -> CatalogueInvalid:
    return CatalogueInvalid([Mistake(file, line, reason)])


def _brackets_open(text: str) -> int:
    """At most at the same time; the parser would take hours over a file of nothing else."""
    return max(itertools.accumulate(1 if bracket in "[{" else -1 for bracket in BRACKETS.findall(text)), default=0)


def _said_plainly(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "")
    if "'\\t'" in problem:
        return "not valid YAML: a tab can't indent; use spaces"
    if "another document" in f"{error.context} {problem}":
        return "not valid YAML: there is a second document (`---`); everything stands in one"
    return f"not valid YAML: {problem}"


class _Reader:
    def __init__(self, file: str) -> None:
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []
        self._file = file
        self._open: list[Node] = []
        self._count = 0

    def value(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, _line(node))
        self._count += 1
        if any(node is parent for parent in self._open):
            return self._wrong(node, "contains itself")
        if len(self._open) > DEEPEST or self._count > MOST_VALUES:
            return self._wrong(node, "there are too many values here, or they are nested too deeply")
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if node.tag not in COLLECTIONS:
            return self._wrong(node, f"the tag `{node.tag}` is not understood; leave it out")
        self._open.append(node)
        try:
            return self._list(node, place) if isinstance(node, SequenceNode) else self._mapping(node, place)
        finally:
            self._open.pop()

    def _list(self, node: SequenceNode, place: Place) -> list[Any]:
        return [self.value(item, (*place, position)) for position, item in enumerate(node.value)]

    def _mapping(self, node: Node, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        own: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                continue
            if not isinstance(key, ScalarNode):
                self._wrong(key, "a name must be text, not a list or a mapping")
                continue
            name = str(key.value)
            if name in own:
                self._wrong(key, f"`{name}` stands twice here, first in line {own[name]}")
                continue
            own[name] = _line(key)
            # Of what is inherited the mapping's own value stays, and so does its line.
            self.lines.setdefault((*place, name), own[name])
            content[name] = self.value(value, (*place, name))
        for name, inherited in self._merged(node, place):
            content.setdefault(name, inherited)
        return content

    def _merged(self, node: Node, place: Place) -> Iterator[tuple[str, Any]]:
        """What `<<: *base` brings; names of the mapping itself win, and so does the first of several bases."""
        for key, value in node.value:
            if key.tag != MERGE:
                continue
            for base in value.value if isinstance(value, SequenceNode) else [value]:
                if isinstance(base, MappingNode):
                    yield from self.value(base, place).items()
                else:
                    self._wrong(base, "`<<` takes a mapping, or a list of them")

    def _scalar(self, node: ScalarNode) -> Any:
        kind = str(node.tag).removeprefix(TAG)
        if kind in {"str", "timestamp"}:
            return str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return str(node.value).lower() in TRUE
        if kind not in NUMBERS:
            return self._wrong(node, f"the tag `{node.tag}` is not understood; write plain text in quotes")
        try:
            return NUMBERS[kind](str(node.value).lower().replace("_", ""))
        except ValueError:
            return self._wrong(node, "this can't be read as a number; put quotes around it if it is text")

    def _wrong(self, node: Node, reason: str) -> None:
        mistake = Mistake(self._file, _line(node), reason)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
