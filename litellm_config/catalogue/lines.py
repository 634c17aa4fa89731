"""Entries of `model_list` as lines of text, so that a program can change some and leave all others as they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from litellm_config.catalogue.document import Document

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
INDENT = 2


class NotAList(Exception):
    """`model_list` is written in a form whose lines can't be told apart."""


@dataclass(frozen=True)
class ListedEntry:
    """The lines from its dash to its last value, or comment that stands as deep; both count from 0."""

    first: int
    last: int
    column: int


def split_lines(text: str) -> list[str]:
    return LINE.findall(text)


def listed_entries(document: Document) -> list[ListedEntry]:
    lines = split_lines(document.text)
    listed = _model_list(document)
    if listed.flow_style and listed.value:
        raise NotAList
    return [_listed(item, lines) for item in listed.value]


def insert_after(document: Document, entry: ListedEntry | None, content: dict[str, Any]) -> str:
    """The document's text with one entry more: after that one, or as the only one of an empty list."""
    lines = split_lines(document.text)
    ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and not lines[-1].endswith(("\r", "\n")):
        lines[-1] += ending
    if entry is None:
        at = _model_list(document).start_mark.line
        lines[at] = re.sub(r"\[\s*\]", "", lines[at].rstrip("\r\n"), count=1).rstrip() + ending
        column = INDENT
    else:
        at, column = entry.last, entry.column
    lines[at + 1 : at + 1] = [f"{' ' * column}{line}{ending}" for line in _as_lines(content)]
    return "".join(lines)


def without(document: Document, entries: Sequence[ListedEntry]) -> str:
    """The document's text without them; an empty list stays a list."""
    lines = split_lines(document.text)
    if len(entries) == len(_model_list(document).value):
        at = document.line(("model_list",)) - 1
        ending = lines[at][len(lines[at].rstrip("\r\n")) :]
        lines[at] = re.sub(r":", ": []", lines[at].rstrip("\r\n"), count=1) + ending
    gone = {number for entry in entries for number in range(_with_its_comment(entry, lines), entry.last + 1)}
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _model_list(document: Document) -> SequenceNode:
    pairs = document.root.value if isinstance(document.root, MappingNode) else []
    listed = next((value for key, value in pairs if key.value == "model_list"), None)
    if not isinstance(listed, SequenceNode):
        raise NotAList
    return listed


def _listed(item: Node, lines: Sequence[str]) -> ListedEntry:
    first = int(item.start_mark.line)
    while first and not lines[first].lstrip().startswith("-"):
        first -= 1
    column = len(lines[first]) - len(lines[first].lstrip())
    last = max(_ends(item))
    while last > first and not lines[last].strip():
        last -= 1
    while last + 1 < len(lines) and _is_comment(lines[last + 1], deeper_than=column):
        last += 1
    return ListedEntry(first, last, column)


def _ends(node: Node) -> Iterator[int]:
    """The last lines of all values in it. The end of a block is that of whatever comes next, so it says nothing."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False):
        ends_before = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
        yield int(node.end_mark.line) - ends_before
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _ends(key)
            yield from _ends(value)
    else:
        for item in node.value:
            yield from _ends(item)


def _with_its_comment(entry: ListedEntry, lines: Sequence[str]) -> int:
    """The first line of the comment right above, if it can be about nothing but this entry, as blank lines show."""
    first = entry.first
    while first and _is_comment(lines[first - 1], deeper_than=entry.column - 1):
        first -= 1
    stands_apart = entry.last + 1 >= len(lines) or not lines[entry.last + 1].strip()
    return first if stands_apart and first and not lines[first - 1].strip() else entry.first


def _is_comment(line: str, *, deeper_than: int) -> bool:
    text = line.lstrip()
    return text.startswith("#") and len(line) - len(text) > deeper_than


def _as_lines(content: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump([content], sort_keys=False, allow_unicode=True, width=10_000)
    return text.splitlines()
