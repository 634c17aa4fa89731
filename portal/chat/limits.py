"""What one person, one socket and one message of the chat may have at most."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from portal.core.settings import Settings


@dataclass(frozen=True)
class ChatLimits:
    lanes: int
    running_answers: int
    message_characters: int
    answer_characters: int
    frame_bytes: int
    frames_per_second: int
    sockets_per_person: int
    socket_life: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            lanes=settings.chat_lanes,
            running_answers=settings.chat_running_answers,
            message_characters=settings.chat_message_characters,
            answer_characters=settings.chat_answer_characters,
            frame_bytes=settings.chat_frame_bytes,
            frames_per_second=settings.chat_frames_per_second,
            sockets_per_person=settings.chat_sockets_per_person,
            socket_life=settings.chat_socket_life,
        )

    def told(self) -> dict[str, int]:
        """What the page has to know."""
        names = ("lanes", "running_answers", "message_characters", "frame_bytes")
        return {name: getattr(self, name) for name in names}
