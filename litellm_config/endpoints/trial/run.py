"""A whole trial, in the order in which one thing needs the other."""

from collections.abc import AsyncIterator, Callable, Mapping

from litellm_config.catalogue import Endpoint, Mode
from litellm_config.catalogue.addresses import without_password
from litellm_config.endpoints.trial.access import try_access
from litellm_config.endpoints.trial.caller import Caller, Silent
from litellm_config.endpoints.trial.chat import try_chat
from litellm_config.endpoints.trial.finding import Finding, missing
from litellm_config.endpoints.trial.other import (
    try_completion,
    try_embedding,
    try_image,
    try_responses,
    try_transcription,
)

TRIALS: Mapping[Mode, Callable[[Caller], AsyncIterator[Finding]]] = {
    "chat": try_chat,
    "completion": try_completion,
    "embedding": try_embedding,
    "audio_transcription": try_transcription,
    "image_generation": try_image,
    "responses": try_responses,
}
TODO = "start it, and check the address: it ends in /v1 for most endpoints"


async def try_endpoint(endpoint: Endpoint) -> AsyncIterator[Finding]:
    """Findings as they come; ends early where what is missing makes the rest pointless."""
    caller = Caller(str(endpoint.api_base), endpoint.provider_model, endpoint.api_key, endpoint.headers)
    was_reached = False
    try:
        async for finding in try_access(caller):
            was_reached = True
            yield finding
            if finding.verdict == "missing":
                return
        async for finding in TRIALS[endpoint.mode](caller):
            yield finding
    except Silent as silence:
        what = "answer" if was_reached else "reachable"
        yield missing(
            what, f"{without_password(caller.url)}: {silence}.", "see what the endpoint logs" if was_reached else TODO
        )
    finally:
        await caller.close()
