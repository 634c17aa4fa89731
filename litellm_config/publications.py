"""What gateways tell everybody else through Redis, so that a portal needs neither the file nor an endpoint's address.

Nothing here is secret. Whoever reads copes with absence: Redis was emptied, or no gateway has come up yet.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from litellm_config.catalogue.card import Card
from litellm_config.catalogue.mistakes import Mistake

# One JSON document, written by each gateway that has applied a catalogue. It does not expire.
CATALOGUE_KEY = "gateway:catalogue"
# One JSON document, written by the gateway that probes; it expires, because old news of this kind is no news.
AVAILABILITY_KEY = "gateway:availability"
# One JSON document per gateway, `gateway:instance:<id>`, which expires unless it is written again.
INSTANCE_PREFIX = "gateway:instance:"
# A sorted set of their ids, by when they were last seen in seconds since 1970, so that nobody searches all keys.
INSTANCES_KEY = "gateway:instances"

InstanceState = Literal["starting", "ready", "applying", "stopping"]


class _Publication(BaseModel):
    model_config = ConfigDict(frozen=True)


class PublishedCatalogue(_Publication):
    """The models that LiteLLM routes to; `version` is a digest of the effective catalogue.

    `other_names`: further names of models, and wildcards such as `org/*`, which have no card.
    """

    version: str
    applied_at: datetime
    models: tuple[Card, ...]
    other_names: tuple[str, ...] = ()


class ModelAvailability(_Publication):
    """`since` is when `available` last changed."""

    available: bool
    endpoints_up: int
    endpoints: int
    since: datetime


class Availability(_Publication):
    checked_at: datetime
    models: dict[str, ModelAvailability]


class Instance(_Publication):
    """One `portal gateway`. `mistakes` are those of the file as it is now, which is then not the one applied."""

    id: str
    state: InstanceState
    version: str | None
    applied_at: datetime | None
    seen_at: datetime
    mistakes: tuple[Mistake, ...] = ()
