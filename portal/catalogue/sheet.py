"""A model in words and figures, as its card and its page show it."""

import re
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Self

from litellm_config.catalogue import Card, Mode
from litellm_config.publications import ModelAvailability
from portal.clients.catalogue import ListedModel
from portal.web.numbers import compact, usd
from portal.web.static_files import FOLDER, static

KINDS: dict[Mode, str] = {
    "chat": "Chat",
    "completion": "Text completion",
    "embedding": "Embeddings",
    "audio_transcription": "Speech to text",
    "image_generation": "Images",
    "responses": "Responses",
}
THOUSAND, MILLION = 1_000, 1_000_000
TONES = 6
PICTURES = "img/models"
PICTURE_KINDS = (".svg", ".webp", ".png", ".jpg")
HUGGING_FACE = "https://huggingface.co"


@dataclass(frozen=True)
class Price:
    """US dollars in words; `of` says for what."""

    amount: str
    of: str


@dataclass(frozen=True)
class ModelSheet:
    card: Card
    state: ModelAvailability | None
    available: bool | None

    @classmethod
    def of(cls, model: ListedModel) -> Self:
        return cls(model.card, model.state, model.available)

    @property
    def path(self) -> str:
        return f"/models/{self.card.id}"

    @property
    def standing(self) -> str:
        """Which of the badges: a model is never only coloured."""
        if not self.card.available:
            return "withdrawn"
        return {True: "available", False: "unavailable", None: "unknown"}[self.available]

    @property
    def kind(self) -> str:
        return KINDS[self.card.mode]

    @property
    def context(self) -> str | None:
        """Whole thousands: nobody chooses by the rest."""
        limit = self.card.token_limit
        return compact(round(limit, -3) if limit >= THOUSAND else limit) if limit else None

    @property
    def prices(self) -> list[Price]:
        """Per million tokens; empty where there is no price."""
        amounts = (self.card.input_cost_per_token, "in"), (self.card.output_cost_per_token, "out")
        return [Price(usd(cost * MILLION), of) for cost, of in amounts if cost is not None]

    @property
    def is_free(self) -> bool:
        return self.card.input_cost_per_token == 0 and not self.card.output_cost_per_token

    @property
    def capabilities(self) -> list[str]:
        has = {
            "Vision": self.card.supports_vision,
            "Tools": self.card.supports_function_calling,
            "Reasoning": self.card.supports_reasoning,
        }
        return [name for name, is_there in has.items() if is_there]

    @property
    def picture(self) -> str | None:
        return picture_url(self.card.thumbnail_id) if self.card.thumbnail_id else None

    @property
    def initials(self) -> str:
        words: list[str] = re.findall(r"[^\W_]+", self.card.name) or ["?"]
        return (words[0][0] + words[1][0] if len(words) > 1 else words[0][:2]).upper()

    @property
    def tone(self) -> int:
        """Models of one owner look related."""
        return zlib.crc32((self.card.owned_by or self.card.id).encode()) % TONES

    @property
    def hugging_face_url(self) -> str | None:
        return f"{HUGGING_FACE}/{self.card.hf_repo}" if self.card.hf_repo else None

    @property
    def deploy_url(self) -> str | None:
        """Only an address of the web; whatever else the file says is no link."""
        url = self.card.deploy_url or ""
        return url if url.startswith(("https://", "http://")) else None


@cache
def picture_url(name: str) -> str | None:
    """`None` where there is no such picture; the name may leave its ending out and never leads elsewhere."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        return None
    paths = (f"{PICTURES}/{name}{kind}" for kind in ("", *PICTURE_KINDS))
    return next((static(path) for path in paths if (FOLDER / path).is_file()), None)
