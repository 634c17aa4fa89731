"""Answers that are stored, in LiteLLM's own places and form: what one way has stored, the other finds.

https://docs.litellm.ai/docs/proxy/caching
"""

import time
from typing import Any, NamedTuple, Self

import litellm
import orjson
from redis.exceptions import RedisError

from litellm_config.express.answers import Answer, is_whole, without_null
from litellm_config.express.endpoints import Endpoint
from litellm_config.express.question import Question
from litellm_config.express.round_trips import RoundTrips


class Place(NamedTuple):
    """Of the answer to one question, as it is asked of one endpoint."""

    key: str
    trips: RoundTrips

    @classmethod
    def of(cls, question: Question, endpoint: Endpoint, namespace: str, trips: RoundTrips) -> Self:
        # Their order counts.
        first: dict[str, Any] = {"model": question["model"], "messages": question["messages"]}
        named = {**endpoint.named_first, **first, **question, "stream": False, **endpoint.named_last}
        key = litellm.cache.get_cache_key(**named, cache={"namespace": namespace})
        return cls(litellm.cache.cache.check_and_fix_namespace(key=key), trips)

    async def find(self) -> Answer | None:
        try:
            (stored,) = await self.trips.run(("GET", self.key))
            answer = orjson.loads(orjson.loads(stored)["response"]) if stored else None
        except (RedisError, OSError, orjson.JSONDecodeError, LookupError, TypeError):
            return None
        return without_null(answer) if answer and is_whole(answer) else None

    async def keep(self, answer: Answer) -> None:
        entry = {"timestamp": time.time(), "response": orjson.dumps(answer).decode()}
        life = ("EX", int(litellm.cache.ttl)) if litellm.cache.ttl else ()
        try:
            await self.trips.run(("SET", self.key, orjson.dumps(entry), *life))
        except (RedisError, OSError):
            # The next one who asks this is answered by the endpoint.
            return
