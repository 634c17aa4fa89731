"""The rules for a folder of Kubernetes manifests: nothing left to fill in, images pinned, named files there.

Whether the manifests are what Kubernetes understands is for `kubectl apply --dry-run=server --kustomize FOLDER`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from litellm_config.catalogue import Mistake
from litellm_config.catalogue.document import Document, parse_document, read_text
from portal.deployments.images import why_not_pinned
from portal.deployments.placeholders import left_in

KUSTOMIZATION = "kustomization.yaml"
BETWEEN = re.compile(r"^---\s*$", re.MULTILINE)


def mistakes(folder: Path) -> Iterator[Mistake]:
    file = folder / KUSTOMIZATION
    if not file.is_file():
        yield Mistake(str(folder), None, f"has no {KUSTOMIZATION}")
        return
    yield from left_in(str(file), read_text(file))
    for document in documents(file):
        yield from document.mistakes
        if not isinstance(document.content, dict):
            yield document.mistake((), "is no kustomization")
            return
        for image in _mappings(document.content, "images"):
            name = f"{image.get('newName', image.get('name'))}:{image.get('newTag', '')}"
            if reason := why_not_pinned(name):
                yield document.mistake(("images",), reason)
        for name in named_files(document.content):
            yield from _named(document, folder / name)


def documents(file: Path) -> list[Document]:
    """Each as if it stood alone, at its own lines."""
    text = read_text(file)
    starts = [0, *(found.end() for found in BETWEEN.finditer(text))]
    ends = [*(found.start() for found in BETWEEN.finditer(text)), len(text)]
    parts = ["\n" * text.count("\n", 0, start) + text[start:end] for start, end in zip(starts, ends, strict=True)]
    read = [parse_document(str(file), part) for part in parts]
    return [document for document in read if document.content is not None]


def named_files(kustomization: Mapping[str, Any]) -> Iterator[str]:
    yield from map(str, _items(kustomization, "resources"))
    for patch in _mappings(kustomization, "patches"):
        if "path" in patch:
            yield str(patch["path"])
    for generator in (*_mappings(kustomization, "configMapGenerator"), *_mappings(kustomization, "secretGenerator")):
        yield from map(str, _items(generator, "envs"))
        for file in _items(generator, "files"):
            yield str(file).rpartition("=")[2]


def _items(mapping: Mapping[str, Any], name: str) -> list[Any]:
    """What is no list is for kustomize to complain of."""
    value = mapping.get(name)
    return value if isinstance(value, list) else []


def _mappings(kustomization: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in _items(kustomization, name) if isinstance(one, dict)]


def _named(kustomization: Document, path: Path) -> Iterator[Mistake]:
    if path.is_dir():
        yield from mistakes(path)
        return
    if not path.is_file():
        example = path.with_name(f"{path.name}.example")
        todo = f"; copy {example.name} to it and fill it in" if example.is_file() else ""
        yield kustomization.mistake((), f"{path} is not there{todo}")
        return
    yield from left_in(str(path), read_text(path))
    if path.suffix in {".yaml", ".yml"}:
        for document in documents(path):
            yield from document.mistakes
            yield from _images(document, document.content, ())


def _images(document: Document, value: Any, place: tuple[str | int, ...]) -> Iterator[Mistake]:
    if isinstance(value, dict):
        if isinstance(value.get("image"), str) and (reason := why_not_pinned(value["image"])):
            yield document.mistake((*place, "image"), reason)
        for name, inner in value.items():
            yield from _images(document, inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _images(document, inner, (*place, number))
