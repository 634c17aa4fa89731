"""The LiteLLM that this version was tested with. The portal leans on what its documentation does not promise."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

TESTED = {"litellm": "1.108.14", "litellm-proxy-extras": "0.4.110"}


def untested(tested: Mapping[str, str] = TESTED) -> list[str]:
    """What is installed in another version, in words."""
    found = {name: _installed(name) for name in tested}
    return [
        f"{name} {there} is installed, and this version was tested with {tested[name]}; docs/guides/upgrade.md says "
        "what to look at"
        for name, there in found.items()
        if there != tested[name]
    ]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(nothing)"
