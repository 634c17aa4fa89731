"""One request on the express lane, from its limits to its price."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx
import orjson
from litellm.router_utils.router_callbacks.track_deployment_metrics import (
    increment_deployment_successes_for_current_minute,
)
from litellm.types.utils import Usage

from litellm_config import metrics
from litellm_config.express.answers import (
    Answer,
    count_usage,
    put_chunk,
    put_whole,
    says_something,
    texts,
    usage_of,
)
from litellm_config.express.books import Books, Call, Template
from litellm_config.express.endpoint_call import EndpointFailed, ask, read_events, read_whole
from litellm_config.express.endpoints import Endpoint, Endpoints
from litellm_config.express.grants import Grant
from litellm_config.express.limits import Taken
from litellm_config.express.question import Question, wants_usage
from litellm_config.routing import faults
from litellm_config.routing.rest import note_failure

Send = Callable[[dict[str, Any]], Awaitable[None]]
DONE = b"data: [DONE]\n\n"
# Absent from LiteLLM's own answers; the door passes it on to nobody.
WAY = "x-gateway-way"


class Trip:
    """`passed` are headers for the endpoint; `price` the most that the answer may cost, in US dollars."""

    def __init__(
        self,
        call_id: str,
        grant: Grant,
        endpoint: Endpoint,
        template: Template,
        question: Question,
        passed: Mapping[str, str],
        price: float,
        send: Send,
    ) -> None:
        self._call_id = call_id
        self._grant = grant
        self._endpoint = endpoint
        self._template = template
        self._question = question
        self._passed = passed
        self._price = price
        self._send = send
        self._started_at = time.time()
        self._first_at = 0.0
        self._usage: dict[str, Any] | None = None
        self._said: list[str] = []
        self._has_failed = False
        self._has_left = False
        self._is_settled = False

    @property
    def has_begun(self) -> bool:
        """Something was sent, or given away, that can't be taken back."""
        return bool(self._first_at)

    async def go(self, router: Any, endpoints: Endpoints, books: Books) -> bool:
        """Whether it was answered. Otherwise LiteLLM is to do it, as if nothing had been."""
        data = {**self._question, "litellm_call_id": self._call_id}
        taken = await Taken.take(self._grant.key, data)
        if not taken:
            return False
        del data["litellm_call_id"]
        self._question = data
        for budget in self._grant.budgets:
            budget.reserve(self._price)
        try:
            async with ask(self._endpoint, data, self._passed) as response:
                await (self._relay if data.get("stream") else self._answer)(response, taken, books)
        except asyncio.CancelledError:
            self._has_left = True
            raise
        except EndpointFailed as error:
            self._note_failure(router, error)
            endpoints.forget_rest()
            if self.has_begun:
                await self._break_off(error)
        finally:
            await self._settle(taken, books)
        if self.has_begun and not self._has_failed:
            increment_deployment_successes_for_current_minute(router, self._endpoint.id)
        return self.has_begun

    async def _answer(self, response: httpx.Response, taken: Taken, books: Books) -> None:
        answer = put_whole(await read_whole(response), self._grant.model)
        self._first_at = time.time()
        self._usage = usage_of(answer)
        if not self._usage:
            self._said = [str(choice["message"].get("content") or "") for choice in answer["choices"]]
            answer["usage"] = self._usage = self._counted()
        body = orjson.dumps(answer)
        await self._settle(taken, books)
        length = (b"content-length", str(len(body)).encode())
        await self._begin(taken, (b"content-type", b"application/json"), length)
        await self._send({"type": "http.response.body", "body": body})

    async def _relay(self, response: httpx.Response, taken: Taken, books: Books) -> None:
        """Nothing is sent before the model has said something: until then another endpoint can take over."""
        is_asked, held = wants_usage(self._question), list[bytes]()
        async for chunks in read_events(response):
            for chunk in chunks:
                self._usage = usage_of(chunk) or self._usage
                if not chunk["choices"] and not is_asked:
                    continue
                put = put_chunk(chunk, self._grant.model, with_usage=is_asked)
                self._said += texts(put)
                held.append(event(put))
            if not self.has_begun and not any(map(says_something, chunks)):
                continue
            await self._begin_stream(taken)
            await self._send({"type": "http.response.body", "body": b"".join(held), "more_body": True})
            held.clear()
        await self._begin_stream(taken)
        if is_asked and not self._usage:
            self._usage = self._counted()
            held.append(event(self._chunk_of_usage()))
        await self._settle(taken, books)
        await self._send({"type": "http.response.body", "body": b"".join([*held, DONE])})

    async def _begin_stream(self, taken: Taken) -> None:
        if not self.has_begun:
            self._first_at = time.time()
            kind = (b"content-type", b"text/event-stream; charset=utf-8")
            await self._begin(taken, kind, (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))

    async def _begin(self, taken: Taken, *headers: tuple[bytes, bytes]) -> None:
        told = {
            "x-litellm-call-id": self._call_id,
            "x-litellm-model-id": self._endpoint.id,
            "x-litellm-model-api-base": self._endpoint.api_base,
            "x-litellm-model-group": self._grant.model,
            "x-litellm-attempted-retries": 0,
            "x-litellm-attempted-fallbacks": 0,
            WAY: "express",
            **taken.headers,
        }
        lines = [(name.encode(), str(value).encode("latin-1")) for name, value in told.items()]
        await self._send(
            {"type": "http.response.start", "status": HTTPStatus.OK, "headers": [*headers, *lines]},
        )

    async def _break_off(self, error: EndpointFailed) -> None:
        """As LiteLLM ends a stream that has failed; the door puts it into its own words."""
        what = "Timeout on reading data" if error.status_code == HTTPStatus.REQUEST_TIMEOUT else "The stream broke off"
        said = {"message": f"litellm.APIError: {what}", "type": None, "param": None, "code": str(error.status_code)}
        await self._send({"type": "http.response.body", "body": event({"error": said})})

    async def _settle(self, taken: Taken, books: Books) -> None:
        """Before the answer ends, so that whoever then asks again has room for it.

        Also when the client has left: what was said until then was paid for.
        """
        if self._is_settled:
            return
        self._is_settled = True
        if not self.has_begun:
            for budget in self._grant.budgets:
                budget.settle(self._price, 0.0)
            # LiteLLM will count the request itself, unless the client is gone.
            await (taken.settle(0) if self._has_left else taken.give_back())
            return
        usage = self._usage or self._counted()
        call = Call(
            id=self._call_id,
            grant=self._grant,
            endpoint=self._endpoint,
            template=self._template,
            usage=usage,
            price=self._endpoint.price(Usage(**usage)),
            started_at=self._started_at,
            first_at=self._first_at,
            ended_at=time.time(),
            has_failed=self._has_failed,
        )
        books.note(call, self._price)
        if not self._has_failed:
            metrics.note_answer(self._told(call))
        await taken.settle(usage["total_tokens"])

    def _note_failure(self, router: Any, error: EndpointFailed) -> None:
        self._has_failed = True
        if not faults.is_refusal(error):
            note_failure(router, self._endpoint.id, error)
        told = self._told(None) | {
            "error_information": {"error_code": str(int(error.status_code)), "error_class": type(error).__name__}
        }
        metrics.note_failure(told)

    def _told(self, call: Call | None) -> dict[str, Any]:
        """As LiteLLM tells of calls: https://docs.litellm.ai/docs/proxy/logging_spec"""
        usage = call.usage if call else {}
        return {
            "litellm_call_id": self._call_id,
            "model_group": self._grant.model,
            "model_id": self._endpoint.id,
            "api_base": self._endpoint.api_base,
            "cache_hit": False,
            "stream": bool(self._question.get("stream")),
            "startTime": self._started_at,
            "completionStartTime": self._first_at,
            "endTime": call.ended_at if call else time.time(),
            "prompt_tokens": usage.get("prompt_tokens"),
            "completion_tokens": usage.get("completion_tokens"),
            "response_cost": call.price if call else None,
        }

    def _counted(self) -> dict[str, Any]:
        return count_usage(self._question, "".join(self._said), self._endpoint.model)

    def _chunk_of_usage(self) -> Answer:
        return {
            "id": self._call_id,
            "object": "chat.completion.chunk",
            "created": int(self._started_at),
            "model": self._grant.model,
            "choices": [],
            "usage": self._usage,
        }


def event(content: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(content) + b"\n\n"
