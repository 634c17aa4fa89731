"""How long the door waits, at each stage of a request, in seconds."""

from dataclasses import dataclass
from typing import Self

from portal.core.settings import Settings


@dataclass(frozen=True)
class Timeouts:
    """`silence_*` between two pieces, the others for a stage as a whole; `whole` is for all of it."""

    upload_silence: float = 30
    upload: float = 600
    first_byte: float = 600
    silence: float = 300
    whole: float = 3600

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            upload_silence=settings.api_upload_silence.total_seconds(),
            upload=settings.api_upload_timeout.total_seconds(),
            first_byte=settings.api_first_byte_timeout.total_seconds(),
            silence=settings.api_answer_silence.total_seconds(),
            whole=settings.api_request_timeout.total_seconds(),
        )
