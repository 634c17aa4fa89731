"""Whether the endpoint is there, lets us in and knows the model."""

from collections.abc import AsyncIterator

from litellm_config.catalogue.addresses import without_password
from litellm_config.endpoints.address import KEY_REFUSED, WITHOUT_LIST
from litellm_config.endpoints.trial.caller import Caller, Reply
from litellm_config.endpoints.trial.finding import Finding, missing, note, ok


async def try_access(caller: Caller) -> AsyncIterator[Finding]:
    listed = await caller.get("models")
    yield ok("reachable", f"{without_password(caller.url)} answers")
    yield await _key(caller, listed)
    if listed.status not in KEY_REFUSED:
        yield _list(caller, listed)


async def _key(caller: Caller, listed: Reply) -> Finding:
    if listed.status in KEY_REFUSED:
        says = "The key is refused" if caller.key else "A key is asked for"
        todo = "name the variable that holds the right one: `api_key: os.environ/NAME`, here `--key-env NAME`"
        return missing("key", f"{says} ({listed.status}).", todo)
    if not caller.key:
        return note("key", "No key was sent and none is asked for.", "anybody who reaches the endpoint can use it")
    without = await caller.get("models", with_key=False)
    if without.status in KEY_REFUSED:
        return ok("key", "accepted, and refused without it")
    return note("key", "Accepted, but the list of models is given without it too.", "see that answers need the key")


def _list(caller: Caller, listed: Reply) -> Finding:
    todo = 'answer GET /models with {"data": [{"id": …}]}; until then probes only see that somebody answers'
    if listed.status in WITHOUT_LIST:
        return note("models", f"There is no list of models ({listed.status}).", todo)
    data = listed.part("data")
    if not isinstance(data, list):
        return note("models", f"The list of models has another shape ({listed.excerpt}).", todo)
    names = [entry["id"] for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    if caller.model in names:
        return ok("models", f"{caller.model} is listed")
    known = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")  # noqa: PLR2004
    return note("models", f"{caller.model} is not listed; there are: {known or 'none'}.", "check the name for a slip")
