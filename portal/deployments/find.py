"""Reads the files of a deployment and holds each against the rules of its kind."""

from collections.abc import Iterator
from pathlib import Path

from litellm_config.catalogue import CatalogueInvalid, Mistake
from litellm_config.catalogue.document import Document, parse_document, read_text
from litellm_config.catalogue.mistakes import in_order
from portal.deployments import akash, compose, kubernetes
from portal.deployments.placeholders import left_in


def find_mistakes(path: Path) -> tuple[Mistake, ...]:
    try:
        return in_order(_mistakes(path))
    except CatalogueInvalid as error:
        return error.mistakes


def _mistakes(path: Path) -> Iterator[Mistake]:
    if path.is_dir():
        yield from kubernetes.mistakes(path)
        return
    document = _read(path)
    yield from document.mistakes
    if document.mistakes:
        return
    content = document.content if isinstance(document.content, dict) else {}
    if "services" in content and "profiles" in content:
        yield from left_in(document.file, document.text)
        yield from akash.mistakes(document)
    elif "services" in content:
        yield from left_in(document.file, document.text)
        yield from compose.mistakes(document)
    else:
        yield document.mistake(
            (), "is neither Akash's SDL nor a compose file; for Kubernetes name the folder with `kustomization.yaml`"
        )


def _read(path: Path) -> Document:
    return parse_document(str(path), read_text(path))
