"""What one request takes of its limits and budgets, what it costs, and who is told."""

import time
from dataclasses import dataclass, field
from typing import Any

from litellm.types.utils import Usage
from redis.exceptions import RedisError

from litellm_config import metrics
from litellm_config.express.books import Books, Call, Template
from litellm_config.express.endpoint_call import EndpointFailed
from litellm_config.express.endpoints import Endpoint
from litellm_config.express.grants import Grant
from litellm_config.express.limits import Taken
from litellm_config.express.question import Question
from litellm_config.express.round_trips import RoundTrips
from litellm_config.routing.tokens import count_usage
from litellm_config.worker_log import write_fault


@dataclass
class Account:
    """`price`: the most that the answer may cost, in US dollars. Times in seconds since 1970."""

    call_id: str
    grant: Grant
    endpoint: Endpoint
    template: Template
    question: Question
    price: float
    books: Books
    started_at: float = field(default_factory=time.time)
    first_at: float = 0.0
    usage: dict[str, Any] | None = None
    said: list[str] = field(default_factory=list)
    is_cached: bool = False
    has_failed: bool = False
    has_left: bool = False
    taken: Taken | None = None

    async def open(self, trips: RoundTrips) -> bool:
        """Whether there is room for the request. Not to be cancelled; what was opened is to be settled."""
        for budget in self.grant.budgets:
            budget.reserve(self.price)
        try:
            self.taken = await Taken.take(self.grant.limits, trips, self.question)
        except (RedisError, OSError):
            # LiteLLM knows what to do without Redis.
            self.taken = None
        if not self.taken:
            self._free_budgets()
        return self.taken is not None

    @property
    def has_begun(self) -> bool:
        """Something was sent, or given away, that can't be taken back."""
        return bool(self.first_at)

    def begin(self) -> None:
        self.first_at = self.first_at or time.time()

    def counted(self) -> dict[str, Any]:
        """The usage of an endpoint that does not tell."""
        return count_usage(self.question, "".join(self.said), self.endpoint.model)

    def fail(self, error: EndpointFailed) -> None:
        self.has_failed = True
        told = self._told(None) | {
            "error_information": {"error_code": str(int(error.status_code)), "error_class": type(error).__name__}
        }
        metrics.note_failure(told)

    async def settle(self) -> None:
        """Before the answer ends, so that whoever then asks again has room for it.

        Also when the client has left: what was said until then was paid for.
        """
        taken, self.taken = self.taken, None
        if not taken:
            return
        try:
            if self.has_begun:
                await taken.settle(self._note()["total_tokens"])
            else:
                self._free_budgets()
                # LiteLLM will count the request itself, unless the client is gone.
                await (taken.settle(0) if self.has_left else taken.give_back())
        except (RedisError, OSError) as error:
            write_fault("gateway.limits_not_given_back", error)

    def _note(self) -> dict[str, Any]:
        usage = self.usage or self.counted()
        call = Call(
            id=self.call_id,
            grant=self.grant,
            endpoint=self.endpoint,
            template=self.template,
            usage=usage,
            price=0.0 if self.is_cached else self.endpoint.price(Usage(**usage)),
            started_at=self.started_at,
            first_at=self.first_at,
            ended_at=time.time(),
            has_failed=self.has_failed,
            is_cached=self.is_cached,
        )
        self.books.note(call, self.price)
        if not self.has_failed:
            metrics.note_answer(self._told(call))
        return usage

    def _free_budgets(self) -> None:
        for budget in self.grant.budgets:
            budget.settle(self.price, 0.0)

    def _told(self, call: Call | None) -> dict[str, Any]:
        """As LiteLLM tells of calls: https://docs.litellm.ai/docs/proxy/logging_spec"""
        usage = call.usage if call else {}
        return {
            "litellm_call_id": self.call_id,
            "model_group": self.grant.model,
            "model_id": self.endpoint.id,
            "api_base": self.endpoint.api_base,
            "cache_hit": self.is_cached,
            "stream": bool(self.question.get("stream")),
            "startTime": self.started_at,
            "completionStartTime": self.first_at,
            "endTime": call.ended_at if call else time.time(),
            "prompt_tokens": usage.get("prompt_tokens"),
            "completion_tokens": usage.get("completion_tokens"),
            "response_cost": call.price if call else None,
        }
