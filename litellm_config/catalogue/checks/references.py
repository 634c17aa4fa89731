"""A reference `os.environ/NAME` needs its variable."""

from collections.abc import Collection, Mapping
from typing import Any

from litellm_config.catalogue.addresses import REFERENCE, check_address
from litellm_config.catalogue.checks.findings import Findings, mapping, texts_of
from litellm_config.catalogue.document import Place
from litellm_config.catalogue.platform_settings import VARIABLES


def check_references(findings: Findings, environment: Mapping[str, str], out_of_service: Collection[Place]) -> None:
    """`out_of_service` are entries that are not used, so their variables are not needed."""
    content = findings.document.content
    variables = {**environment, **mapping(mapping(content).get("environment_variables"))}
    for place, text in texts_of(content):
        if text.startswith(REFERENCE) and place[:2] not in out_of_service:
            _check_reference(findings, place, text.removeprefix(REFERENCE), variables)


def _check_reference(findings: Findings, place: Place, variable: str, variables: Mapping[str, Any]) -> None:
    if variable in VARIABLES:
        return
    if variable not in variables:
        findings.mistake(place, f"the environment variable {variable} is not set")
    elif not variables[variable]:
        findings.mistake(place, f"the environment variable {variable} is empty")
    elif place[-1] == "api_base":
        try:
            check_address(str(variables[variable]))
        except ValueError as error:
            findings.mistake(place, f"the environment variable {variable} {error}")
