"""The portal's tables, one per file, and their migrations."""

from portal.models.consent import Consent, Document
from portal.models.event import Action, Event
from portal.models.issued_key import IssuedKey, Stage
from portal.models.limit_override import LimitOverride
from portal.models.person import Kind, Person

__all__ = ["Action", "Consent", "Document", "Event", "IssuedKey", "Kind", "LimitOverride", "Person", "Stage"]
