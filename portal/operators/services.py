"""What the operators' pages and their JSON have in common."""

from dataclasses import dataclass

from portal.operators.audit import Audit
from portal.operators.blocking import Blocking
from portal.operators.changes import Changes
from portal.operators.hygiene import Hygiene
from portal.operators.overview import Overviews
from portal.operators.people import PeopleLists
from portal.operators.person import PersonPage


@dataclass(frozen=True)
class OperatorServices:
    overviews: Overviews
    people: PeopleLists
    person: PersonPage
    hygiene: Hygiene
    audit: Audit
    blocking: Blocking
    changes: Changes
