"""What Prometheus is told of keys: teams, purposes and reasons, all of them names of our own."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter

from portal.core.errors import PortalError
from portal.models import IssuedKey


class KeyMeters:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._issued = Counter(
            "portal_keys_issued", "Keys made, also by rotation", ["team", "purpose"], registry=registry
        )
        self._refused = Counter(
            "portal_keys_refused", "Keys that somebody asked for and did not get", ["code"], registry=registry
        )

    def issued(self, key: IssuedKey) -> None:
        self._issued.labels(key.team, key.purpose).inc()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        try:
            yield
        except PortalError as error:
            self._refused.labels(error.code).inc()
            raise
