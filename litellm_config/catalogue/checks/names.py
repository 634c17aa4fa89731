"""Every name in the file and every value has to be of the file's shape."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from litellm_config.catalogue.checks.findings import Findings, entries_of, mapping
from litellm_config.catalogue.document import Place
from litellm_config.catalogue.known import did_you_mean, litellm_names, similar_name
from litellm_config.catalogue.shape import (
    Entry,
    File,
    GeneralSettings,
    LiteLLMParams,
    LiteLLMSettings,
    ModelInfo,
    RouterSettings,
)

SECTIONS: Mapping[str, type[BaseModel]] = {
    "router_settings": RouterSettings,
    "litellm_settings": LiteLLMSettings,
    "general_settings": GeneralSettings,
}
# Said in place of pydantic's words; `{...}` are its details, which are limits and never the value itself.
PLAINLY = {
    "missing": "{name} is missing",
    "string_type": "{name} must be text",
    "string_too_short": "{name} must not be empty",
    "string_pattern_mismatch": "{name} must not begin or end with a space",
    "int_type": "{name} must be a whole number",
    "int_from_float": "{name} must be a whole number",
    "float_type": "{name} must be a number",
    "finite_number": "{name} must be a finite number",
    "bool_type": "{name} must be true or false",
    "list_type": "{name} must be a list",
    "dict_type": "{name} must be a mapping, which is lines of `name: value`",
    "model_type": "{name} must be a mapping, which is lines of `name: value`",
    "greater_than": "{name} must be more than {gt:g}",
    "greater_than_equal": "{name} must be at least {ge:g}",
    "less_than_equal": "{name} must be at most {le:g}",
    "literal_error": "{name} must be {expected}",
    "value_error": "{name} {error}",
}


def check_names(findings: Findings) -> None:
    content = findings.document.content
    if content is None:
        findings.mistake((), "is empty; it needs a list `model_list`")
        return
    if not isinstance(content, dict):
        findings.mistake((), "must be a mapping with a list `model_list`")
        return
    _check_values(findings, content)
    _check_sections(findings, content)
    for entry in entries_of(content):
        _check_entry(findings, entry.place)
        _check_params(findings, (*entry.place, "litellm_params"), entry.params)
        _check_info(findings, (*entry.place, "model_info"), entry.info)


def _check_values(findings: Findings, content: Mapping[str, Any]) -> None:
    try:
        File.model_validate(content)
    except ValidationError as error:
        # A value that may be of two types is told for both.
        told = set()
        for details in error.errors(include_url=False, include_input=False):
            place = _known_place(findings, details["loc"])
            if details["type"] != "extra_forbidden" and (place, details["type"] == "missing") not in told:
                told.add((place, details["type"] == "missing"))
                findings.mistake(place, _said_plainly(details, place))


def _known_place(findings: Findings, location: tuple[str | int, ...]) -> Place:
    """Without what pydantic adds for the types that a value may have."""
    place: Place = ()
    for step in location:
        if (*place, step) in findings.document.lines:
            place = (*place, step)
    return place


def _said_plainly(details: ErrorDetails, place: Place) -> str:
    context = details.get("ctx", {})
    name = f"`{details['loc'][-1]}`" if details["type"] == "missing" else _name_of(place)
    plain = PLAINLY.get(details["type"])
    if plain is None:
        return f"{name} is not written as it should be"
    return plain.format(name=name, **{**context, "error": str(context.get("error", ""))})


def _name_of(place: Place) -> str:
    name = str(next((step for step in reversed(place) if isinstance(step, str)), "the file"))
    return f"an item of `{name}`" if place and isinstance(place[-1], int) else f"`{name}`"


def _check_sections(findings: Findings, content: Mapping[str, Any]) -> None:
    names = litellm_names("sections")
    for name in content:
        if name == "include":
            findings.mistake((name,), "`include` is not supported: all models stand in this one file")
        elif name not in names:
            findings.mistake((name,), f"there is no section `{name}`{did_you_mean(name, names)}")
    for section, shape in SECTIONS.items():
        _check_litellm_names(findings, (section,), mapping(content.get(section)), section, shape)


def _check_entry(findings: Findings, place: Place) -> None:
    names = Entry.model_fields
    position = place[-1]
    entry = mapping(findings.document.content["model_list"][position])
    for name in entry:
        if name not in names:
            hint = _belongs_elsewhere(name) or did_you_mean(name, names)
            findings.mistake((*place, name), f"there is no `{name}` in an entry of `model_list`{hint}")


def _belongs_elsewhere(name: str) -> str:
    if name in LiteLLMParams.model_fields:
        return "; it belongs under `litellm_params`"
    return "; it belongs under `model_info`" if name in _card_names() else ""


def _card_names() -> Iterable[str]:
    return {field.alias or name for name, field in ModelInfo.model_fields.items()}


def _check_params(findings: Findings, place: Place, params: Mapping[str, Any]) -> None:
    litellm = litellm_names("litellm_params")
    for name in params:
        if name not in litellm and name in _card_names():
            findings.mistake((*place, name), f"`{name}` is not for the endpoint; it belongs under `model_info`")
    others = {name: value for name, value in params.items() if name not in _card_names()}
    _check_litellm_names(findings, place, others, "litellm_params", LiteLLMParams)


def _check_info(findings: Findings, place: Place, info: Mapping[str, Any]) -> None:
    names = {*litellm_names("model_info"), *_card_names()}
    for name in info:
        if name in names:
            continue
        elsewhere = name in LiteLLMParams.model_fields
        hint = "; it belongs under `litellm_params`" if elsewhere else did_you_mean(name, names)
        findings.mistake((*place, name), f"there is no `{name}` in `model_info`{hint}")


def _check_litellm_names(
    findings: Findings, place: Place, given: Mapping[str, Any], section: str, shape: type[BaseModel]
) -> None:
    """A name that looks like a misspelt one is a mistake; any other may be newer than our list of LiteLLM's names."""
    names = {*litellm_names(section), *shape.model_fields}
    for name in given:
        if name in names:
            continue
        if similar_name(name, names):
            findings.mistake((*place, name), f"there is no `{name}` in `{section}`{did_you_mean(name, names)}")
        else:
            findings.warning((*place, name), f"LiteLLM knows no `{name}` in `{section}`; is it spelt right?")
