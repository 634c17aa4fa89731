"""People who use the platform all at once: pages, requests, streams and answers in the chat, all told apart by kind."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
from chat_client import access_token, open_socket
from people import SomePerson
from websockets.exceptions import ConnectionClosed, WebSocketException

SECONDS = 120
# Below the time after which the portal, or a proxy, lets go of a connection that nobody uses.
KEPT = httpx.Limits(keepalive_expiry=4)
COUNT_TO = 60
NUMBERS = " ".join(map(str, range(1, 401)))


@dataclass(frozen=True)
class Outcome:
    kind: str
    begun: float
    ended: float
    # Empty where all went well.
    failure: str


@dataclass
class Load:
    """`urls`: where each role answers."""

    urls: Mapping[str, str]
    person: SomePerson
    key: str
    pause: float = 0.2
    outcomes: list[Outcome] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    # The answers of the chat that are being written.
    chats_begun: int = 0

    @property
    def failures(self) -> list[tuple[str, str]]:
        return [(one.kind, one.failure) for one in self.outcomes if one.failure]

    def count(self, kind: str) -> int:
        return sum(one.kind == kind and not one.failure for one in self.outcomes)

    def _again_and_again(self, kind: str, act: Callable[[httpx.Client], str]) -> None:
        with httpx.Client(timeout=SECONDS, limits=KEPT) as client:
            while not self.is_over.is_set():
                self._once(kind, lambda: act(client))
                self.is_over.wait(self.pause)

    def _once(self, kind: str, act: Callable[[], str]) -> None:
        begun = time.monotonic()
        try:
            failure = act()
        except (httpx.HTTPError, WebSocketException, OSError) as error:
            failure = repr(error)
        self.outcomes.append(Outcome(kind, begun, time.monotonic(), failure))

    def _page(self, client: httpx.Client) -> str:
        cookies = {"cookie": f"portal_session={self.person.token}"}
        return _refusal(client.get(f"{self.urls['web']}/api/keys", headers=cookies))

    def _request(self, client: httpx.Client) -> str:
        return _refusal(client.post(self._completions, json=_question("Hello"), headers=self._authorization))

    def _stream(self, client: httpx.Client) -> str:
        question = _question(f"Count slowly to {COUNT_TO}", stream=True)
        text, is_done = "", False
        with client.stream("POST", self._completions, json=question, headers=self._authorization) as answer:
            if not answer.is_success:
                answer.read()
                return _refusal(answer)
            for line in answer.iter_lines():
                is_done = is_done or line == "data: [DONE]"
                if line.startswith("data: {"):
                    event = json.loads(line.removeprefix("data: "))
                    if "error" in event:
                        return str(event["error"])
                    text += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
        return "" if is_done and str(COUNT_TO) in text else f"cut after {text[-20:]!r}"

    def chat(self) -> str:
        """Asks once and follows the answer, on another socket where one is closed."""
        turn, after, heard = None, 0, ""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(ConnectionClosed), open_socket(self.urls["chat"]) as socket:
                socket.tell("auth", token=access_token(self.person))
                socket.hear_first("ready")
                if turn is None:
                    turn = socket.send("count to 400", "chat-fast")
                    self.chats_begun += 1
                    after = turn["seq"]
                else:
                    socket.tell("resume", turn=turn["id"], after=after)
                while True:
                    frame = socket.hear()
                    after = frame.get("seq", after)
                    heard += frame.get("text", "") if frame["type"] == "delta" else ""
                    if frame["type"] in {"done", "error"}:
                        return _ending(frame, heard)
        return "it did not end"

    @property
    def _completions(self) -> str:
        return f"{self.urls['api']}/api/v1/chat/completions"

    @property
    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    def started(self, *, streams: int = 4) -> list[threading.Thread]:
        kinds = [("page", self._page), ("request", self._request), *[("stream", self._stream)] * streams]
        threads = [threading.Thread(target=self._again_and_again, args=one) for one in kinds]
        for thread in threads:
            thread.start()
        return threads

    @contextmanager
    def chats(self, number: int) -> Iterator[None]:
        """So many answers, which are being written at the beginning and have ended at the end."""
        before = self.chats_begun
        threads = [threading.Thread(target=self._once, args=("chat", self.chat)) for _ in range(number)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + SECONDS
        while self.chats_begun < before + number and time.monotonic() < deadline:
            time.sleep(0.05)
        yield
        for thread in threads:
            thread.join()


@contextmanager
def running_load(urls: Mapping[str, str], person: SomePerson, key: str, **options: float) -> Iterator[Load]:
    load = Load(urls, person, key, **options)
    threads = load.started()
    try:
        yield load
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()


def _question(text: str, **more: object) -> dict[str, object]:
    return {"model": "sample-chat", "messages": [{"role": "user", "content": text}], **more}


def _refusal(answer: httpx.Response) -> str:
    return "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"


def _ending(frame: dict, heard: str) -> str:
    message = frame["message"]
    is_whole = message["state"] == "complete" and message["content"] == heard == NUMBERS
    return "" if is_whole else f"{frame.get('text')} {message['state']} {heard[-20:]!r} {message['content'][-20:]!r}"
