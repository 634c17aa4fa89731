"""The catalogue as it is applied: the file, what the platform and the environment add, and what all leave unsaid."""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from litellm_config.catalogue.addresses import REFERENCE
from litellm_config.catalogue.card import Card
from litellm_config.catalogue.cards import make_card
from litellm_config.catalogue.checks import Findings, check_document
from litellm_config.catalogue.checks.findings import entries_of
from litellm_config.catalogue.checks.references import check_references
from litellm_config.catalogue.document import Place, read_document
from litellm_config.catalogue.endpoint import Endpoint, make_endpoint
from litellm_config.catalogue.fallbacks import drop_fallbacks
from litellm_config.catalogue.mistakes import CatalogueInvalid, Mistake, in_order
from litellm_config.catalogue.platform_settings import add_platform_settings
from litellm_config.catalogue.seed import (
    NO_SEED,
    Seed,
    SeedEndpoint,
    seed_entries,
    seed_environment,
    seed_router_settings,
)
from litellm_config.catalogue.worker_entries import worker_entries

NOTHING: Mapping[str, Sequence[str]] = {}
SAMPLE_VARIABLE = "SAMPLE_ENDPOINT_URL"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """`content` is what LiteLLM reads; its secrets are references, some of them to variables of `environment`.

    `cards` has those of models that are out of service, too. `endpoints` are the ones in service.
    `undiscovered` are the endpoints that are to be asked which models they have, again and again.
    `left_out` counts entries of the sample endpoint, where that does not run.
    """

    content: Mapping[str, Any]
    cards: tuple[Card, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoints: tuple[Endpoint, ...] = ()
    undiscovered: tuple[SeedEndpoint, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    left_out: int = 0

    @property
    def version(self) -> str:
        """The same for the same catalogue, on every instance; secrets are part of it and can't be read from it."""
        return _digest([self.litellm_version, [card.model_dump() for card in self.cards]])

    @property
    def other_names(self) -> tuple[str, ...]:
        """Further names of models, and wildcards: what requests may name, and what has no card."""
        aliases = (self.content.get("router_settings") or {}).get("model_group_alias") or {}
        wildcards = dict.fromkeys(name for entry in self.content["model_list"] if "*" in (name := entry["model_name"]))
        return (*aliases, *wildcards)

    @property
    def litellm_version(self) -> str:
        """Of what LiteLLM reads: it stays when only cards have changed, which need no other LiteLLM."""
        return _digest([self.content, self.environment])

    def write(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(self.content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def read_catalogue(
    path: Path,
    environment: Mapping[str, str],
    *,
    seed: Seed = NO_SEED,
    discovered: Mapping[str, Sequence[str]] = NOTHING,
) -> Catalogue:
    """Raises `CatalogueInvalid` with every mistake. `environment` is where references are looked up.

    `discovered` are the models of seed endpoints without a list of their own, by the endpoint's URL.
    """
    findings = check_document(read_document(path), seed, [model for models in discovered.values() for model in models])
    sample = [] if environment.get(SAMPLE_VARIABLE) else _sample_entries(findings)
    out_of_service = _out_of_service(findings)
    check_references(findings, environment, [*sample, *out_of_service])
    if findings.mistakes:
        raise CatalogueInvalid(findings.mistakes, findings.warnings)
    return _catalogue(findings, environment, seed, discovered, _Unused(sample, out_of_service))


@dataclass(frozen=True)
class _Unused:
    sample: Sequence[Place]
    out_of_service: Sequence[Place]


def _catalogue(
    findings: Findings,
    environment: Mapping[str, str],
    seed: Seed,
    discovered: Mapping[str, Sequence[str]],
    unused: _Unused,
) -> Catalogue:
    document = findings.document
    content = copy.deepcopy(document.content)
    listed: list[tuple[Entry, int | None]] = [
        (entry, document.line(("model_list", position)))
        for position, entry in enumerate(content["model_list"])
        if ("model_list", position) not in unused.sample
    ]
    listed += [(entry, None) for entry in seed_entries(seed, discovered)]
    cards = _cards(entry for entry, _ in listed)
    used = [(entry, line) for entry, line in listed if cards[entry["model_name"]].available]
    content["model_list"] = worker_entries([entry for entry, _ in used], cards)
    add_platform_settings(content)
    content["router_settings"] |= seed_router_settings(seed)
    drop_fallbacks(content)
    own = seed_environment(seed)
    variables = {**environment, **(content.get("environment_variables") or {}), **own}
    return Catalogue(
        content=content,
        cards=tuple(card for model, card in cards.items() if "*" not in model),
        environment=own,
        endpoints=tuple(
            make_endpoint(entry, cards[entry["model_name"]].mode, line, variables)
            for entry, (_, line) in zip(content["model_list"], used, strict=True)
            if "*" not in entry["model_name"]
        ),
        undiscovered=tuple(endpoint for endpoint in seed.endpoints if not endpoint.models),
        warnings=in_order(findings.warnings),
        left_out=len(unused.sample),
    )


def _cards(entries: Iterable[Entry]) -> dict[str, Card]:
    cards: dict[str, Card] = {}
    for entry in entries:
        if entry["model_name"] not in cards:
            cards[entry["model_name"]] = make_card(entry)
    return cards


def _sample_entries(findings: Findings) -> list[Place]:
    """They need no variable where the sample endpoint does not run; they are simply not there."""
    entries = entries_of(findings.document.content)
    return [entry.place for entry in entries if entry.params.get("api_base") == f"{REFERENCE}{SAMPLE_VARIABLE}"]


def _out_of_service(findings: Findings) -> list[Place]:
    entries = entries_of(findings.document.content)
    models = {entry.name for entry in entries if entry.info.get("available") is False}
    return [entry.place for entry in entries if entry.name in models]


def _digest(value: Any) -> str:
    whole = json.dumps(value, sort_keys=True, default=dict)
    return hashlib.sha256(whole.encode()).hexdigest()[:12]
