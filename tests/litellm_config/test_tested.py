"""The version of LiteLLM that is named as tested is the one that is locked and installed."""

import re
from pathlib import Path

import pytest

from litellm_config.tested import TESTED, untested

ROOT = Path(__file__).parents[2]


@pytest.mark.req("A8")
def test_locked_litellm_is_the_tested_one():
    locked = dict(re.findall(r"^([a-z-]+)==(\S+) \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    assert {name: locked[name] for name in TESTED} == TESTED
    assert f'"litellm[proxy]=={TESTED["litellm"]}"' in (ROOT / "pyproject.toml").read_text()
    assert untested() == []


def test_another_litellm_is_warned_of():
    (warning,) = untested({"litellm": "1.0.0"})

    assert re.match(r"litellm 1\.\d+\.\d+ is installed, and this version was tested with 1\.0\.0", warning)
