"""What is looked up for Prometheus when it asks, because nobody notes it while it changes.

Labels are teams, states and the models of the catalogue: no request can add one.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge

from litellm_config.publications import InstanceState
from portal.clients.catalogue import ModelCatalogue
from portal.clients.gateway_instances import GatewayInstances
from portal.keys.census import KeyCensus
from portal.pages.parts import Parts

MOST_MODELS = 500


@dataclass(frozen=True)
class Sources:
    parts: Parts
    census: KeyCensus
    catalogue: ModelCatalogue
    instances: GatewayInstances


class Figures:
    def __init__(self, registry: CollectorRegistry, sources: Sources) -> None:
        self._sources = sources
        self._parts = Gauge("portal_part_up", "1 for a part that answers this portal", ["part"], registry=registry)
        self._keys = Gauge("portal_keys", "Keys that people have or had", ["team", "state"], registry=registry)
        self._endpoints = Gauge(
            "portal_model_endpoints", "Endpoints of each model", ["model", "state"], registry=registry
        )
        self._gateways = Gauge(
            "portal_gateways", "Gateways that have told of themselves lately", ["state"], registry=registry
        )
        self._mistakes = Gauge(
            "portal_gateway_catalogue_mistakes", "Mistakes in the file of models, of all gateways", registry=registry
        )

    async def look(self) -> None:
        parts, counts, instances = await asyncio.gather(
            self._sources.parts.look(), self._sources.census.look(), self._sources.instances.now()
        )
        for part, is_up in parts.items():
            self._parts.labels(part).set(is_up)
        self._keys.clear()
        for one in counts:
            self._keys.labels(one.team, one.state).set(one.count)
        self._gateways.clear()
        if instances is not None:
            states = Counter(instance.state for instance in instances)
            for state in get_args(InstanceState):
                self._gateways.labels(state).set(states[state])
            self._mistakes.set(sum(len(instance.mistakes) for instance in instances))
        self._note_endpoints()

    def _note_endpoints(self) -> None:
        """Nothing of a model whose endpoints nobody has asked lately."""
        self._endpoints.clear()
        for model in self._sources.catalogue.models[:MOST_MODELS]:
            if model.state and model.card.available:
                self._endpoints.labels(model.card.id, "up").set(model.state.endpoints_up)
                down = model.state.endpoints - model.state.endpoints_up
                self._endpoints.labels(model.card.id, "down").set(down)
