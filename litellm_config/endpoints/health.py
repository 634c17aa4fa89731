"""What the answers of the endpoints mean for the models."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from litellm_config.catalogue import Endpoint
from litellm_config.endpoints.address import Address, Answer
from litellm_config.publications import Availability, ModelAvailability

FAILURES_TO_BE_DOWN = 2


@dataclass
class Health:
    """`is_up` is `None` until the first answer. One slow answer of an endpoint that was up is no outage yet."""

    is_up: bool | None = None
    failures: int = 0

    @property
    def is_well(self) -> bool:
        return self.is_up is True and not self.failures

    def note(self, answer: Answer) -> bool:
        """Whether it has changed."""
        before = self.is_up
        self.failures = 0 if answer.is_up else self.failures + 1
        if answer.is_up:
            self.is_up = True
        elif before is None or self.failures >= FAILURES_TO_BE_DOWN:
            self.is_up = False
        return self.is_up is not before


def availability_of(
    endpoints: Sequence[Endpoint], health: Mapping[Address, Health], before: Availability | None, now: datetime
) -> Availability:
    """A model is available when at least one of its endpoints is up.

    As long as that is open, because an endpoint has not been asked yet, the model keeps what was said before.
    """
    known = before.models if before else {}
    by_model: dict[str, list[bool | None]] = defaultdict(list)
    for endpoint in endpoints:
        address = Address.of(endpoint)
        by_model[endpoint.model].append(health.get(address, Health()).is_up if address else True)
    models = {}
    for model, states in by_model.items():
        is_open = None in states and True not in states
        state = known.get(model) if is_open else _state(states, known.get(model), now)
        if state:
            models[model] = state
    return Availability(checked_at=now, models=models)


def _state(states: Sequence[bool | None], before: ModelAvailability | None, now: datetime) -> ModelAvailability:
    available = True in states
    since = before.since if before and before.available is available else now
    return ModelAvailability(available=available, endpoints_up=states.count(True), endpoints=len(states), since=since)
