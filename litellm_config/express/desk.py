"""Who may travel: what a gateway knows of its endpoints, keys, budgets and spend, and the trips that it allows."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger

from litellm_config.express.account import Account
from litellm_config.express.books import Books
from litellm_config.express.budgets import Budgets
from litellm_config.express.changes import Changes
from litellm_config.express.endpoints import Endpoints
from litellm_config.express.grants import Grants, names_of, token_in
from litellm_config.express.limits import CALL, SCRIPTS
from litellm_config.express.question import most_tokens, read_question
from litellm_config.express.round_trips import RoundTrips
from litellm_config.express.stored_answers import Place
from litellm_config.express.trip import Send, Trip
from litellm_config.response_cache import namespace_of, sharing_of

# Where a request sets no bound of its own; a longer answer takes from the parts of a budget that are left for LiteLLM.
USUAL_TOKENS = 4096
# What LiteLLM would do more or something else for.
ORDERS = b"x-litellm-"
CALL_ID = b"x-litellm-call-id"


class Desk(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    """Hears of every request that LiteLLM has let in, after its limiter."""

    def __init__(self, router: Any, changes: Changes, *, passes_headers: bool) -> None:
        super().__init__()
        self.router = router
        self.endpoints = Endpoints(router, passes_headers=passes_headers)
        self._books = Books(self.endpoints.price)
        self._sharing = sharing_of(router)
        self._trips = RoundTrips(litellm.cache.cache.init_async_client(), SCRIPTS)
        self._changes = changes
        self._grants = Grants(self.endpoints, Budgets())
        changes.on_change = self._forget_changed
        litellm.logging_callback_manager.add_litellm_callback(self)
        litellm.logging_callback_manager.add_litellm_async_success_callback(self._books)
        self._keeping = asyncio.create_task(self._books.keep())

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        del cache
        if self._changes.are_known(names_of(user_api_key_dict)):
            await self._grants.note(user_api_key_dict, data, call_type)
        return data

    def known_token(self, headers: Mapping[bytes, bytes]) -> str | None:
        """Of a key that may have a grant, so that the body is worth a look."""
        token = token_in(headers)
        has_orders = any(name.startswith(ORDERS) and name != CALL_ID for name in headers)
        return token if token and self._grants.knows(token) and not has_orders else None

    async def trip(self, token: str, headers: Mapping[bytes, bytes], body: bytes, send: Send) -> Trip | None:
        """One that has its limits. Not to be cancelled, and to be gone on once it is there."""
        question = read_question(body)
        grant = question and self._grants.find(token, question["model"])
        endpoint = grant and await self.endpoints.choose(grant.model)
        template = endpoint and self._books.template(token, endpoint.id)
        if not (question and grant and endpoint and template):
            return None
        namespace = namespace_of(self._sharing.get(grant.model), question.pop("cache", None), CALL, grant.key)
        if namespace and question.get("stream"):
            return None
        # Every token of the question has at least a byte.
        price = endpoint.highest_price(len(body), most_tokens(question) or USUAL_TOKENS)
        if not all([await budget.has(price) for budget in grant.budgets]):
            return None
        call_id = headers.get(CALL_ID, b"").decode("latin-1") or str(uuid.uuid4())
        account = Account(call_id, grant, endpoint, template, question, price, self._books)
        if not await account.open(self._trips):
            return None
        place = Place.of(account.question, endpoint, namespace, self._trips) if namespace else None
        return Trip(account, self.endpoints.passed(headers), place, send)

    async def write(self) -> None:
        """All that was answered until now is known to LiteLLM afterwards."""
        await self._books.write()

    def _forget_changed(self, names: Iterable[str]) -> None:
        self._grants.forget_changed(names)
        self._books.forget_changed(names)

    async def close(self) -> None:
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        await self._books.write()
