"""Whose stored answers a request may get: a person's own, unless the model shares them.

Answers are stored in Redis by LiteLLM, under a digest of the whole request. Strangers share a team, and what one of
them asked is nothing to the next, so a digest is good for one person, or for one key that belongs to nobody.
https://docs.litellm.ai/docs/proxy/caching
"""

from collections.abc import Mapping
from typing import Any, Literal

from litellm.integrations.custom_logger import CustomLogger

# `cache` under `model_info`: absent, requests may ask for it; else what becomes of all requests that do not decline.
Sharing = Literal["shared", True, False] | None
EVERYBODY = "everybody"


class ResponseCache(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    def __init__(self) -> None:
        super().__init__()
        self._models: Mapping[str, Sharing] | None = None

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        del cache
        sharing = self._sharing(data.get("model"))
        namespace = namespace_of(sharing, data.pop("cache", None), call_type, user_api_key_dict)
        data["cache"] = {"namespace": namespace} if namespace else {"no-cache": True, "no-store": True}
        return data

    async def async_post_call_response_headers_hook(
        self, data: Mapping[str, Any], user_api_key_dict: Any, response: Any, request_headers: Any = None
    ) -> dict[str, str]:
        del user_api_key_dict, response, request_headers
        if "namespace" not in (data.get("cache") or {}):
            return {}
        details = getattr(data.get("litellm_logging_obj"), "caching_details", None)
        return {"x-cache": "hit" if details and details["cache_hit"] else "miss"}

    def _sharing(self, model: object) -> Sharing:
        """The catalogue is the same as long as this process lives."""
        if self._models is None:
            from litellm.proxy.proxy_server import llm_router  # noqa: PLC0415 - set while LiteLLM starts

            self._models = sharing_of(llm_router)
        return self._models.get(model) if isinstance(model, str) else None


def sharing_of(router: Any) -> Mapping[str, Sharing]:
    """By model; its first endpoint says it."""
    models: dict[str, Sharing] = {}
    for entry in router.model_list:
        models.setdefault(entry["model_name"], entry["model_info"].get("cache"))
    return models


def namespace_of(sharing: Sharing, asked: object, call_type: str, key: Any) -> str | None:
    """Where the answer to a request is stored; `None` if it is not. `asked`: its own `cache`."""
    wanted = asked.get("use-cache") if isinstance(asked, dict) else None
    if sharing is False or not (sharing if wanted is None else wanted is True):
        return None
    owner = EVERYBODY if sharing == "shared" else key.user_id or key.token
    # LiteLLM's digest of a text to embed is that of the same text to answer.
    return f"answers:{call_type}:{owner}"
