"""What the platform sets itself can't be set otherwise: keys, spend and limits depend on it."""

from litellm_config.catalogue.checks.findings import Findings, mapping
from litellm_config.catalogue.platform_settings import FIXED, REFUSED, VARIABLES


def check_platform_settings(findings: Findings) -> None:
    content = mapping(findings.document.content)
    for section, fixed in FIXED.items():
        given = mapping(content.get(section))
        for name in fixed.keys() & given.keys():
            if given[name] != fixed[name]:
                findings.mistake((section, name), f"`{name}` is set by the platform; leave it out")
    general = mapping(content.get("general_settings"))
    for name in REFUSED & general.keys():
        if general[name]:
            findings.mistake(
                ("general_settings", name), f"`{name}` would let in who has no key of this platform; leave it out"
            )
    settings = mapping(content.get("litellm_settings"))
    if "cache_params" in settings and mapping(settings["cache_params"]).get("type") != "redis":
        findings.mistake(
            ("litellm_settings", "cache_params"), "`cache_params` needs `type: redis`, which all gateways share"
        )
    for name in VARIABLES & mapping(content.get("environment_variables")).keys():
        findings.mistake(("environment_variables", name), f"`{name}` is set by the platform; leave it out")
