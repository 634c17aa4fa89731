"""The portal's tables, one per file, and their migrations."""

from portal.models.consent import Consent, Document
from portal.models.issued_key import IssuedKey, Stage
from portal.models.person import Kind, Person

__all__ = ["Consent", "Document", "IssuedKey", "Kind", "Person", "Stage"]
