"""When an endpoint is left alone for a while. The others of its model take over; it comes back by itself.

All instances know of it by Redis, others than the one that noted it after a second at most. A `cooldown_time` of 0 in
the endpoint's `litellm_params` means that it never rests.
"""

from typing import Any

from litellm.router_utils.router_callbacks.track_deployment_metrics import (
    get_deployment_failures_for_current_minute,
    get_deployment_successes_for_current_minute,
    increment_deployment_failures_for_current_minute,
)

from litellm_config.routing import faults

# Of an endpoint that answers now and then with an error: more than this share of this many requests in a minute.
BAD_SHARE = 0.5
FEWEST_REQUESTS = 5


def note_failure(router: Any, endpoint: str, error: Exception) -> None:
    if faults.says_nothing(error):
        return
    increment_deployment_failures_for_current_minute(router, endpoint)
    if not (faults.is_known_at_once(error) or _fails_mostly(router, endpoint)):
        return
    own = (router.get_model_info(endpoint) or {}).get("litellm_params", {}).get("cooldown_time")
    usual = router.cooldown_time if own is None else own
    if usual:
        router.cooldown_cache.add_deployment_to_cooldown(
            model_id=endpoint,
            original_exception=error,
            exception_status=faults.status_of(error),
            cooldown_time=faults.rest_seconds(error, usual),
        )


def _fails_mostly(router: Any, endpoint: str) -> bool:
    failures: int = get_deployment_failures_for_current_minute(router, endpoint)
    requests: int = failures + get_deployment_successes_for_current_minute(router, endpoint)
    return requests >= FEWEST_REQUESTS and failures > BAD_SHARE * requests
