"""The portal's tables, one per file, and their migrations."""

from portal.models.consent import Consent, Document
from portal.models.conversation import Conversation
from portal.models.event import Action, Event
from portal.models.folder import Folder
from portal.models.issued_key import IssuedKey, Purpose, Stage
from portal.models.limit_override import LimitOverride
from portal.models.message import Message, MessageState, Role
from portal.models.person import Kind, Person
from portal.models.saved_prompt import SavedPrompt

__all__ = [
    "Action",
    "Consent",
    "Conversation",
    "Document",
    "Event",
    "Folder",
    "IssuedKey",
    "Kind",
    "LimitOverride",
    "Message",
    "MessageState",
    "Person",
    "Purpose",
    "Role",
    "SavedPrompt",
    "Stage",
]
