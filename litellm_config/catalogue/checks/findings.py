"""What the checks have found so far, and the parts of the document they look at, however wrong it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from litellm_config.catalogue.document import Document, Place
from litellm_config.catalogue.mistakes import Mistake


@dataclass
class Findings:
    """A warning leaves the catalogue in use."""

    document: Document
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def mistake(self, place: Place, reason: str) -> None:
        self.mistakes.append(self.document.mistake(place, reason))

    def warning(self, place: Place, reason: str) -> None:
        self.warnings.append(self.document.mistake(place, reason))


@dataclass(frozen=True)
class RawEntry:
    place: Place
    name: str | None
    params: Mapping[str, Any]
    info: Mapping[str, Any]


def entries_of(content: Any) -> list[RawEntry]:
    listed = mapping(content).get("model_list")
    entries = enumerate(listed if isinstance(listed, list) else [])
    return [_entry(("model_list", position), mapping(entry)) for position, entry in entries]


def _entry(place: Place, entry: Mapping[str, Any]) -> RawEntry:
    name = entry.get("model_name")
    return RawEntry(
        place=place,
        name=name if isinstance(name, str) else None,
        params=mapping(entry.get("litellm_params")),
        info=mapping(entry.get("model_info")),
    )


def mapping(value: Any) -> Mapping[str, Any]:
    """What is no mapping is told by the check of the shape; for the others it is empty."""
    return value if isinstance(value, dict) else {}


def texts_of(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text in it, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts_of(item, (*place, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from texts_of(item, (*place, position))
