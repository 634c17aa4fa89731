"""A client of the chat's socket, as a page would be one."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from people import SomePerson
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SECONDS = 60
Frame = dict[str, Any]


class ChatClient:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def tell(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def hear(self) -> Frame:
        return json.loads(self.socket.recv(timeout=SECONDS))

    def hear_first(self, kind: str) -> Frame:
        while (frame := self.hear())["type"] != kind:
            pass
        return frame

    def send(self, content: str | None, /, *models: str, **fields: Any) -> Frame:
        """Gives the `turn`, or the `error` that refuses it."""
        lanes = [{"lane": number, "model": model} for number, model in enumerate(models)]
        self.tell("send", **{"ref": str(uuid.uuid4()), "content": content, "lanes": lanes, **fields})
        return self.hear()

    def until_ended(self, lanes: int = 1) -> list[Frame]:
        """All frames until so many lanes have ended."""
        heard: list[Frame] = []
        while lanes:
            heard.append(self.hear())
            lanes -= heard[-1]["type"] in {"done", "error"}
        return heard

    def ask(self, content: str | None, /, *models: str, **fields: Any) -> tuple[Frame, dict[int, Frame]]:
        """The turn, and the messages at its end by lane."""
        turn = self.send(content, *models, **fields)
        assert turn["type"] == "turn", turn
        return turn, endings(self.until_ended(len(turn["lanes"])))

    def closing(self) -> tuple[int, str]:
        """The code and the reason with which the server ends it."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=SECONDS)
        return self.socket.close_code, self.socket.close_reason


def endings(frames: list[Frame]) -> dict[int, Frame]:
    return {frame["lane"]: frame["message"] for frame in frames if frame["type"] in {"done", "error"}}


def text_of(frames: list[Frame], lane: int = 0) -> str:
    return "".join(frame["text"] for frame in frames if frame["type"] == "delta" and frame["lane"] == lane)


def told(message: Frame) -> list[tuple[str, str]]:
    """What `chat-echo` was sent, from its answer to "show the request"."""
    return [(one["role"], one["content"]) for one in json.loads(message["content"])["messages"]]


def access_token(person: SomePerson) -> str:
    return person.client.post("/api/auth/token").json()["access_token"]


@contextmanager
def open_socket(url: str, **headers: str) -> Iterator[ChatClient]:
    address = urlsplit(url)._replace(scheme="ws", path="/api/chat").geturl()
    with connect(address, additional_headers={"origin": url, **headers}, open_timeout=SECONDS, proxy=None) as socket:
        yield ChatClient(socket)


@contextmanager
def open_chat(person: SomePerson, url: str | None = None) -> Iterator[ChatClient]:
    with open_socket(url or str(person.client.base_url).rstrip("/")) as client:
        client.tell("auth", token=access_token(person))
        assert client.hear()["type"] == "ready"
        yield client
