"""Everything that people can do with their keys, for the JSON and the pages alike."""

from dataclasses import dataclass

from portal.keys.change import KeyChanges
from portal.keys.claim import Claims
from portal.keys.create import Creations
from portal.keys.overview import KeyOverview
from portal.keys.rotate import Rotations


@dataclass(frozen=True)
class KeyDesk:
    claims: Claims
    creations: Creations
    rotations: Rotations
    changes: KeyChanges
    overview: KeyOverview
