"""LiteLLM's router, which decides anew what to try next when an endpoint fails, and when to leave it alone.

LiteLLM 1.108 retries by chance: the endpoint that has just failed may be drawn again, all tries of a request may be
spent on it, a caller's own mistake is carried from priority to priority, and a connection that is refused, or a second
endpoint that fails in the same request, cools nothing down. Here a request goes on to the endpoint that it has tried
least; among these LiteLLM chooses by priority and weight as always. When all endpoints have failed it is the
fallback model's turn.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import litellm
from litellm.exceptions import MidStreamFallbackError
from litellm.router_utils.fallback_event_handlers import (
    check_non_standard_fallback_format,
    get_fallback_model_group_for_lookup_groups,
    run_async_fallback,
)

from litellm_config.routing import faults
from litellm_config.routing.attempts import endpoint_of, id_of, remember, tried_by
from litellm_config.routing.presence import presence_of
from litellm_config.routing.rest import note_failure
from litellm_config.routing.text_stream import TextStream

IS_RESTING = "is_resting"
Deployments = list[dict[str, Any]]


class EndpointRouter(litellm.Router):  # type: ignore[misc]  # LiteLLM's types are not read
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Else LiteLLM would also let rest, by rules of its own, what is decided here.
        self._lets_rest = not kwargs.get("disable_cooldowns")
        self.disable_cooldowns = True

    async def atext_completion(self, model: str, prompt: Any, **kwargs: Any) -> Any:
        """LiteLLM asks the endpoint what a stream has used for chats alone."""
        options = kwargs.get("stream_options") or {}
        if kwargs.get("stream"):
            kwargs["stream_options"] = {**options, "include_usage": True}
        response = await super().atext_completion(model=model, prompt=prompt, **kwargs)
        if not kwargs.get("stream"):
            return response
        return TextStream(response, model, prompt, is_asked=bool(options.get("include_usage")))

    # What to try next.

    def _filter_cooldown_deployments(self, healthy_deployments: Deployments, cooldown_deployments: list[str]) -> Any:
        resting = set(cooldown_deployments)
        return [{**one, IS_RESTING: True} if id_of(one) in resting else one for one in healthy_deployments]

    async def async_callback_filter_deployments(
        self, model: str, healthy_deployments: Deployments, *args: Any, **kwargs: Any
    ) -> Deployments:
        """The least tried, and among these those that do not rest: better one that failed a moment ago than none.

        None at all where all rest and another model can answer instead.
        """
        left = await super().async_callback_filter_deployments(model, healthy_deployments, *args, **kwargs)
        tried = tried_by(kwargs.get("request_kwargs"))
        if not tried and all(IS_RESTING in one for one in left) and self._models_instead(model, self.fallbacks):
            return []
        ranks = [(tried[id_of(one)], IS_RESTING in one) for one in left]
        return [one for one, rank in zip(left, ranks, strict=True) if rank == min(ranks)]

    async def async_function_with_retries(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("num_retries", None)
        return await super().async_function_with_retries(*args, **kwargs)

    async def make_call(self, original_function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with presence_of(kwargs.get("litellm_call_id")).attempt():
                return await super().make_call(original_function, *args, **kwargs)
        except Exception as error:
            error.may_try_again = self._note_failure(error, kwargs)  # type: ignore[attr-defined]  # for the next two
            error.num_retries = len(self.model_list) + (self.num_retries or 0)  # type: ignore[attr-defined]  # never fewer
            raise

    def should_retry_this_error(self, error: Exception, *_: Any, **__: Any) -> bool:
        if not getattr(error, "may_try_again", False):
            raise error
        return True

    def _time_to_sleep_before_retry(self, e: Exception, *_: Any, **__: Any) -> float:
        return float(getattr(e, "seconds_to_wait", 0))

    async def async_function_with_fallbacks_common_utils(  # noqa: PLR0913, PLR0917 - LiteLLM's signature
        self,
        e: Exception,
        disable_fallbacks: bool | None,  # noqa: FBT001
        fallbacks: list[Any] | None,
        context_window_fallbacks: list[Any] | None,
        content_policy_fallbacks: list[Any] | None,
        model_group: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        include_fallback_errors: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """When nothing is left to try, or when a stream has broken off before the first word of its answer."""
        error, targets = e, []
        if isinstance(e, MidStreamFallbackError):
            error = e.original_exception or e
            if e.generated_content:
                raise error
            if self._note_failure(error, kwargs):
                tried = list(tried_by(kwargs).elements())
                targets.append({"model": kwargs["model"], "_retry_skipped_deployment_ids": tried})
        if isinstance(error, litellm.ContextWindowExceededError):
            fallbacks = context_window_fallbacks
        elif isinstance(error, litellm.ContentPolicyViolationError):
            fallbacks = content_policy_fallbacks
        elif faults.is_refusal(error):
            fallbacks = None
        targets += self._models_instead(str(model_group), fallbacks)
        if disable_fallbacks or not targets:
            raise error
        request = {"max_fallbacks": self.max_fallbacks, "fallback_depth": 0, **kwargs}
        request |= {"fallback_model_group": targets, "original_model_group": kwargs["model"]}
        request |= {"original_exception": error, "include_fallback_errors": include_fallback_errors}
        try:
            return await run_async_fallback(*args, litellm_router=self, **request)
        except Exception as last:
            raise (last if faults.is_refusal(last) else error) from last

    def _models_instead(self, model: str, fallbacks: Sequence[Any] | None) -> list[Any]:
        if not fallbacks:
            return []
        if check_non_standard_fallback_format(fallbacks):
            return list(fallbacks)
        models, _ = get_fallback_model_group_for_lookup_groups(fallbacks=list(fallbacks), lookup_groups=(model,))
        return [other for other in models or [] if other != model]

    # When to leave an endpoint alone.

    def deployment_callback_on_failure(self, *_: Any, **__: Any) -> bool:
        """LiteLLM calls it late, and for the first failure of a request only."""
        return False

    def _note_failure(self, error: Exception, request: Mapping[str, Any]) -> bool:
        """Whether the request has something left to try."""
        endpoint = endpoint_of(request)
        if endpoint is None or faults.is_no_attempt(error) or faults.is_refusal(error):
            return False
        remember(request, endpoint)
        if self._lets_rest:
            note_failure(self, endpoint, error)
        tried = tried_by(request)
        endpoints = [id_of(one) for one in self.model_list if one["model_name"] == request["model"]]
        if any(one not in tried for one in endpoints):
            return True
        error.seconds_to_wait = self.retry_after  # type: ignore[attr-defined]
        return faults.may_pass(error) and sum(tried[one] for one in endpoints) <= (self.num_retries or 0)
