"""What several entries say together: endpoints of one model, kinds of endpoints, ids."""

from litellm_config.catalogue.card import Card
from litellm_config.catalogue.checks.findings import Findings, RawEntry, entries_of
from litellm_config.catalogue.known import litellm_names, similar_name

CARD_NAMES = {field.alias or name for name, field in Card.model_fields.items()} - {"id"}
# What does not make an endpoint another one; a key, a region or a header does.
MANNERS = {
    *("input_cost_per_token", "output_cost_per_token", "order", "weight", "rpm", "tpm"),
    *("max_parallel_requests", "max_retries", "timeout", "stream_timeout"),
}


def check_models(findings: Findings) -> None:
    first: dict[str, RawEntry] = {}
    seen: dict[str, RawEntry] = {}
    ids: dict[str, RawEntry] = {}
    for entry in entries_of(findings.document.content):
        _check_provider(findings, entry)
        _check_id(findings, entry, ids)
        if entry.name is None:
            continue
        if entry.name in first:
            _check_card(findings, first[entry.name], entry)
        first.setdefault(entry.name, entry)
        identity = _identity(entry)
        if identity in seen:
            line = findings.document.line(seen[identity].place)
            findings.mistake(entry.place, f"`{entry.name}` has this endpoint already, in line {line}")
        seen.setdefault(identity, entry)


def _identity(entry: RawEntry) -> str:
    params = {name: value for name, value in entry.params.items() if name not in MANNERS}
    return repr((entry.name, sorted(params.items(), key=repr), entry.info.get("customHeaders")))


def _check_card(findings: Findings, first: RawEntry, entry: RawEntry) -> None:
    for name in CARD_NAMES & entry.info.keys():
        if entry.info[name] != first.info.get(name):
            line = findings.document.line((*first.place, "model_info", name))
            findings.mistake(
                (*entry.place, "model_info", name),
                f"`{name}` of `{entry.name}` is said by its first entry, in line {line}; leave it out here",
            )


def _check_provider(findings: Findings, entry: RawEntry) -> None:
    """LiteLLM tells the kind of endpoint by what stands before the first slash."""
    model, place = entry.params.get("model"), (*entry.place, "litellm_params", "model")
    if not isinstance(model, str) or not model or "custom_llm_provider" in entry.params:
        return
    provider, slash, rest = model.partition("/")
    providers = litellm_names("providers")
    if slash and provider in providers:
        if not rest:
            findings.mistake(place, f"the name of the model is missing after `{provider}/`")
    elif "api_base" in entry.params:
        findings.mistake(place, f"`model` must begin with the kind of endpoint, such as `openai/{model}`")
    elif slash and (similar := similar_name(provider, providers)):
        findings.mistake(place, f"there is no provider `{provider}`; did you mean `{similar}/{rest}`?")


def _check_id(findings: Findings, entry: RawEntry, ids: dict[str, RawEntry]) -> None:
    deployment = entry.info.get("id")
    if not isinstance(deployment, str) or not deployment:
        return
    place = (*entry.place, "model_info", "id")
    if deployment in ids:
        line = findings.document.line((*ids[deployment].place, "model_info", "id"))
        findings.mistake(place, f"the id `{deployment}` is taken by another endpoint, in line {line}")
    ids.setdefault(deployment, entry)
