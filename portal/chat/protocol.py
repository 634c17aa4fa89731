"""Every frame of the chat's socket, `WS /api/chat`, in either direction: JSON objects told apart by `type`.

The first frame is `auth`, within ten seconds; the token comes from `POST /api/auth/token`.
A turn is one question and an answer in each of its lanes. What the server says of a turn is numbered by `seq`, from 1,
in one order for all its lanes, so that `resume` names the last frame that arrived and gets what came after it, from
whichever instance answers. The texts of all `delta` of a lane, in order, are its answer; `done` carries it whole.

A socket that is closed with 4000, or with 1012 by a server that stops, asks for a new one, which resumes.

The same turn without a socket: `POST /api/chat` with a `send` frame as its body answers with server-sent events whose
data are the frames from `turn` on. `static/js/chat/protocol.js` is the other side's mirror.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from portal.conversations.answers import MessageAnswer, Parameters
from portal.models import Role

VERSION = 1
MOST_REFERENCE = 64
MOST_MODEL_NAME = 256


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(Frame):
    type: Literal["auth"]
    token: str
    version: Literal[1] = 1


class LaneChoice(Frame):
    """A lane's number is the place of its column, from 0."""

    lane: Annotated[int, Field(ge=0)]
    model: Annotated[str, Field(min_length=1, max_length=MOST_MODEL_NAME)]
    params: Parameters = Parameters()


class Said(Frame):
    """A message of a temporary chat, which only the browser knows."""

    role: Role
    content: str


class Send(Frame):
    """One question to the models of its lanes.

    conversation  whose; without one a conversation is made, with the models and the system prompt of this frame
    parent        the answer that the question follows; nothing for the first one
    content       the question; nothing: the question `parent` is answered again (retry, regenerate, another model)
    continues     an answer that was stopped or interrupted: it is written on, in place, by the one lane
    temporary     nothing is stored; `history` is then what was said before, and ids are made up for this turn alone
    ref           comes back in `turn`, or in the `error` that refuses this frame
    """

    type: Literal["send"]
    ref: Annotated[str, Field(max_length=MOST_REFERENCE)] = ""
    conversation: UUID | None = None
    parent: UUID | None = None
    content: str | None = None
    continues: UUID | None = None
    lanes: Annotated[list[LaneChoice], Field(min_length=1)]
    system_prompt: str | None = None
    folder: UUID | None = None
    temporary: bool = False
    history: list[Said] = []


class Stop(Frame):
    """Without a lane the whole turn."""

    type: Literal["stop"]
    turn: UUID
    lane: int | None = None


class Resume(Frame):
    """`after`: the `seq` of the last frame of the turn that arrived, 0 for all of them."""

    type: Literal["resume"]
    turn: UUID
    after: Annotated[int, Field(ge=0)] = 0


class Ping(Frame):
    type: Literal["ping"]


ClientFrame = Annotated[Auth | Send | Stop | Resume | Ping, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[Any] = TypeAdapter(ClientFrame)


class Ready(Frame):
    """`limits`: what this person may do at most, as `{"lanes": 6, "frame_bytes": ..., "message_characters": ...}`."""

    type: Literal["ready"] = "ready"
    version: int = VERSION
    limits: dict[str, int]


class StartedLane(Frame):
    """`message`: the id of the answer to be. `tokens`: the estimated size of what the model is asked, of at most
    `context` (nothing: not known); `dropped`: oldest messages that were left out to fit.
    """

    lane: int
    model: str
    message: UUID
    tokens: int
    context: int | None
    dropped: int = 0


class Turn(Frame):
    """The first frame of a turn. `question`: the id of the message that is answered, `parent` what that follows."""

    type: Literal["turn"] = "turn"
    seq: int
    ref: str
    id: UUID
    conversation: UUID | None
    question: UUID
    parent: UUID | None
    lanes: list[StartedLane]


class Delta(Frame):
    type: Literal["delta"] = "delta"
    turn: UUID
    lane: int
    seq: int
    text: str = ""
    reasoning: str = ""


class Done(Frame):
    """The end of a lane, also where it was stopped or interrupted: `message.state` says which."""

    type: Literal["done"] = "done"
    turn: UUID
    lane: int
    seq: int
    message: MessageAnswer


class Error(Frame):
    """With a lane: the end of that lane alone, and `message` keeps what was written before. With a `ref` alone: this
    frame was refused. Without both: it is about the connection. `text` is for people and says what to do.
    """

    type: Literal["error"] = "error"
    code: str
    text: str
    retryable: bool
    ref: str | None = None
    turn: UUID | None = None
    lane: int | None = None
    seq: int | None = None
    message: MessageAnswer | None = None
    retry_after: int | None = None


class Title(Frame):
    type: Literal["title"] = "title"
    conversation: UUID
    title: str


class Pong(Frame):
    type: Literal["pong"] = "pong"


ServerFrame = Annotated[Ready | Turn | Delta | Done | Error | Title | Pong, Field(discriminator="type")]
