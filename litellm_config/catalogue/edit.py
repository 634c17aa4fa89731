"""Adds and removes endpoints in the file, whose comments, order and line ends stay as they are.

What would be written is read again first: it has to say what was wanted, nothing else, and make no mistake.
"""

import copy
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litellm_config.catalogue.cards import FIELDS
from litellm_config.catalogue.checks import check_document
from litellm_config.catalogue.checks.findings import RawEntry, entries_of
from litellm_config.catalogue.document import Document, parse_document, read_document
from litellm_config.catalogue.lines import ListedEntry, NotAList, insert_after, listed_entries, without
from litellm_config.catalogue.mistakes import CatalogueInvalid
from litellm_config.catalogue.seed import NO_SEED, Seed

BY_HAND = "is written in a form that can't be changed by a command; change it in an editor"
PLAIN_CARD = {"mode": "chat"}
BOM = b"\xef\xbb\xbf"


class CannotEdit(Exception):
    """Says to the operator why the file was left as it is."""


@dataclass(frozen=True)
class ModelFile:
    """Raises `CatalogueInvalid` for a file that has mistakes already: they have to be mended first."""

    path: Path
    document: Document
    seed: Seed
    entries: tuple[RawEntry, ...]

    @classmethod
    def open(cls, path: Path, seed: Seed = NO_SEED) -> "ModelFile":
        document = read_document(path)
        if mistakes := check_document(document, seed).mistakes:
            raise CatalogueInvalid(mistakes)
        return cls(path, document, seed, tuple(entries_of(document.content)))

    def endpoints_of(self, model: str) -> list[RawEntry]:
        return [entry for entry in self.entries if entry.name == model]

    def line(self, entry: RawEntry) -> int:
        return self.document.line(entry.place)

    def add(self, content: dict[str, Any]) -> None:
        """After the other endpoints of the model, or as the last model."""
        listed = self._listed()
        endpoints = self.endpoints_of(content["model_name"])
        after = _position(endpoints[-1]) + 1 if endpoints else len(listed)
        wanted = copy.deepcopy(self.document.content)
        wanted["model_list"].insert(after, content)
        self._write(insert_after(self.document, listed[after - 1] if after else None, content), wanted)

    def remove(self, entries: list[RawEntry]) -> None:
        listed = self._listed()
        gone = {_position(entry) for entry in entries}
        wanted = copy.deepcopy(self.document.content)
        wanted["model_list"] = [entry for position, entry in enumerate(wanted["model_list"]) if position not in gone]
        self._write(without(self.document, [listed[position] for position in sorted(gone)]), wanted)

    def card_is_lost(self, entries: list[RawEntry]) -> bool:
        """Whether the first endpoint of a model goes, which has the card, and others stay."""
        endpoints = self.endpoints_of(str(entries[0].name))
        card = {name: value for name, value in endpoints[0].info.items() if name in FIELDS}
        return len(entries) < len(endpoints) and endpoints[0] in entries and card not in ({}, PLAIN_CARD)

    def _listed(self) -> list[ListedEntry]:
        try:
            return listed_entries(self.document)
        except NotAList as error:
            raise CannotEdit(f"`model_list` {BY_HAND}.") from error

    def _write(self, text: str, wanted: Any) -> None:
        try:
            document = parse_document(self.document.file, text)
        except CatalogueInvalid as error:
            raise CannotEdit(f"`model_list` {BY_HAND}.") from error
        if document.content != wanted:
            raise CannotEdit(f"`model_list` {BY_HAND}.")
        if mistakes := check_document(document, self.seed).mistakes:
            raise CannotEdit("\n".join(mistake.reason for mistake in mistakes))
        _replace(self.path, self.document.text, text)


def _position(entry: RawEntry) -> int:
    return int(entry.place[-1])


def _replace(path: Path, before: str, text: str) -> None:
    """Whole or not at all, in the place of the file that a link points to, with its permissions."""
    target = path.resolve()
    try:
        old, status = target.read_bytes(), target.stat()
        mark = BOM if old.startswith(BOM) else b""
        if old != mark + before.encode():
            raise CannotEdit("The file has been changed in the meantime; try again.")
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            new = Path(file.name)
            try:
                file.write(mark + text.encode())
                os.fchmod(file.fileno(), status.st_mode & 0o7777)
                with suppress(PermissionError):
                    os.fchown(file.fileno(), status.st_uid, status.st_gid)
                file.flush()
                os.fsync(file.fileno())
                new.replace(target)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CannotEdit(f"{path} can't be written: {error.strerror}.") from error
