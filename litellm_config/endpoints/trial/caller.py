"""Calls to the endpoint under trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0
LONGEST_EXCERPT = 120


class Silent(Exception):
    """No HTTP answer; the message says why, in words."""


@dataclass(frozen=True)
class Reply:
    status: int
    kind: str
    text: str
    content: Any = None

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status)

    @property
    def excerpt(self) -> str:
        """Enough of the answer to recognise what went wrong."""
        text = " ".join(self.text.split())
        return f"{self.status}: {text[:LONGEST_EXCERPT]}{'…' if len(text) > LONGEST_EXCERPT else ''}"

    def part(self, *path: str | int) -> Any:
        """`None` where the answer has another shape."""
        found = self.content
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found


class Caller:
    def __init__(self, url: str, model: str, key: str | None, headers: Mapping[str, str]) -> None:
        self.url = url.rstrip("/")
        self.model = model
        self.key = key
        self._headers = dict(headers)
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, *, with_key: bool = True) -> Reply:
        return await self._ask("GET", path, with_key=with_key)

    async def post(self, path: str, **fields: Any) -> Reply:
        return await self._ask("POST", path, json={"model": self.model, **fields})

    async def upload(self, path: str, file: tuple[str, bytes, str]) -> Reply:
        return await self._ask("POST", path, data={"model": self.model}, files={"file": file})

    async def _ask(self, method: str, path: str, *, with_key: bool = True, **request: Any) -> Reply:
        key = {"authorization": f"Bearer {self.key}"} if self.key and with_key else {}
        headers = {**self._headers, **key}
        try:
            answer = await self._http.request(method, f"{self.url}/{path}", headers=headers, **request)
        except httpx.ConnectTimeout as error:
            raise Silent(f"nothing answers within {CONNECT_SECONDS:.0f} s") from error
        except httpx.TimeoutException as error:
            raise Silent(f"no answer within {ANSWER_SECONDS:.0f} s") from error
        except httpx.ConnectError as error:
            raise Silent(f"the connection is refused or the name is not known ({error})") from error
        except httpx.HTTPError as error:
            raise Silent(f"the connection broke off ({type(error).__name__})") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise Silent(f"the address or a header can't be sent ({error})") from error
        try:
            content = answer.json()
        except ValueError:
            content = None
        return Reply(answer.status_code, answer.headers.get("content-type", ""), answer.text, content)
