"""One request on the express lane, to its endpoint and back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx
import orjson
from litellm.router_utils.router_callbacks.track_deployment_metrics import (
    increment_deployment_successes_for_current_minute,
)

from litellm_config.express.account import Account
from litellm_config.express.answers import Answer, put_chunk, put_whole, says_something, texts, usage_of
from litellm_config.express.endpoint_call import EndpointFailed, ask, read_events, read_whole
from litellm_config.express.endpoints import Endpoints
from litellm_config.express.question import wants_usage
from litellm_config.express.stored_answers import Place
from litellm_config.routing import faults
from litellm_config.routing.rest import note_failure

Send = Callable[[dict[str, Any]], Awaitable[None]]
DONE = b"data: [DONE]\n\n"
# Absent from LiteLLM's own answers; the door passes it on to nobody.
WAY = "x-gateway-way"


class Trip:
    """`passed` are headers for the endpoint; `place` is where the answer is stored, if it is to be."""

    def __init__(self, account: Account, passed: Mapping[str, str], place: Place | None, send: Send) -> None:
        self._account = account
        self._passed = passed
        self._place = place
        self._send = send
        self._limits = account.taken.headers if account.taken else {}

    @property
    def has_begun(self) -> bool:
        return self._account.has_begun

    async def go(self, router: Any, endpoints: Endpoints) -> bool:
        """Whether it was answered. Otherwise LiteLLM is to do it, as if nothing had been."""
        account = self._account
        try:
            stored = await self._place.find() if self._place else None
            if stored:
                account.is_cached = True
                await self._answer(stored)
            else:
                await self._ask()
        except asyncio.CancelledError:
            account.has_left = True
            raise
        except EndpointFailed as error:
            if not faults.is_refusal(error):
                note_failure(router, account.endpoint.id, error)
            account.fail(error)
            endpoints.forget_rest()
            if self.has_begun:
                await self._break_off(error)
        finally:
            await account.settle()
        if self.has_begun and not account.has_failed and not account.is_cached:
            increment_deployment_successes_for_current_minute(router, account.endpoint.id)
        return self.has_begun

    async def _ask(self) -> None:
        question = self._account.question
        async with ask(self._account.endpoint, question, self._passed) as response:
            if question.get("stream"):
                await self._relay(response)
                return
            answer = await read_whole(response)
        if self._place:
            await self._place.keep(answer)
        await self._answer(answer)

    async def _answer(self, answer: Answer) -> None:
        account = self._account
        answer = put_whole(answer, account.grant.model)
        account.begin()
        account.usage = usage_of(answer)
        if not account.usage:
            account.said = [str(choice["message"].get("content") or "") for choice in answer["choices"]]
            answer["usage"] = account.usage = account.counted()
        body = orjson.dumps(answer)
        await account.settle()
        await self._begin((b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()))
        await self._send({"type": "http.response.body", "body": body})

    async def _relay(self, response: httpx.Response) -> None:
        """Nothing is sent before the model has said something: until then another endpoint can take over."""
        account = self._account
        is_asked, held = wants_usage(account.question), list[bytes]()
        async for chunks in read_events(response):
            for chunk in chunks:
                account.usage = usage_of(chunk) or account.usage
                if not chunk["choices"] and not is_asked:
                    continue
                put = put_chunk(chunk, account.grant.model, with_usage=is_asked)
                account.said += texts(put)
                held.append(event(put))
            if not self.has_begun and not any(map(says_something, chunks)):
                continue
            await self._begin_stream()
            await self._send({"type": "http.response.body", "body": b"".join(held), "more_body": True})
            held.clear()
        await self._begin_stream()
        if is_asked and not account.usage:
            account.usage = account.counted()
            held.append(event(self._chunk_of_usage()))
        await account.settle()
        await self._send({"type": "http.response.body", "body": b"".join([*held, DONE])})

    async def _begin_stream(self) -> None:
        if not self.has_begun:
            self._account.begin()
            kind = (b"content-type", b"text/event-stream; charset=utf-8")
            await self._begin(kind, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))

    async def _begin(self, *headers: tuple[bytes, bytes]) -> None:
        account = self._account
        told = {
            "x-litellm-call-id": account.call_id,
            "x-litellm-model-id": account.endpoint.id,
            "x-litellm-model-api-base": account.endpoint.api_base,
            "x-litellm-model-group": account.grant.model,
            "x-litellm-attempted-retries": 0,
            "x-litellm-attempted-fallbacks": 0,
            WAY: "express",
            **self._limits,
        }
        if self._place:
            told["x-cache"] = "hit" if account.is_cached else "miss"
        lines = [(name.encode(), str(value).encode("latin-1")) for name, value in told.items()]
        await self._send(
            {"type": "http.response.start", "status": HTTPStatus.OK, "headers": [*headers, *lines]},
        )

    async def _break_off(self, error: EndpointFailed) -> None:
        """As LiteLLM ends a stream that has failed; the door puts it into its own words."""
        what = "Timeout on reading data" if error.status_code == HTTPStatus.REQUEST_TIMEOUT else "The stream broke off"
        said = {"message": f"litellm.APIError: {what}", "type": None, "param": None, "code": str(error.status_code)}
        await self._send({"type": "http.response.body", "body": event({"error": said})})

    def _chunk_of_usage(self) -> Answer:
        account = self._account
        return {
            "id": account.call_id,
            "object": "chat.completion.chunk",
            "created": int(account.started_at),
            "model": account.grant.model,
            "choices": [],
            "usage": account.usage,
        }


def event(content: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(content) + b"\n\n"
