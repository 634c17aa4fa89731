"""`env.example` is what an operator reads first, so each setting has its own words and its real default."""

import itertools
import re
from pathlib import Path

import pytest

from portal.core.settings import Settings, environment_name, load_settings

LINES = (Path(__file__).parents[2] / "deployment" / "env.example").read_text().splitlines()
NEEDED = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://", "LITELLM_ADMIN_KEY": "sk-secret"}


def examples() -> dict[str, tuple[str, str]]:
    """The words above each setting, and its value."""
    found = {}
    for words, line in itertools.pairwise(LINES):
        if match := re.match(r"#?([A-Z][A-Z0-9_]*)=(.*)", line):
            found[match[1]] = (words.removeprefix("# "), match[2])
    return found


@pytest.mark.req("A5")
def test_each_setting_is_told_in_its_own_words() -> None:
    told = {name: words for name, (words, _) in examples().items()}

    assert told == {environment_name(name): field.description for name, field in Settings.model_fields.items()}


@pytest.mark.req("A5")
def test_each_default_is_the_real_one() -> None:
    told = {name: value for name, (_, value) in examples().items() if value and name != "PORTAL_GATEWAY_CONFIG"}

    assert told
    assert load_settings(NEEDED | told) == load_settings(NEEDED)
    # Those without a value have none.
    empty = {name for name, (_, value) in examples().items() if not value} - NEEDED.keys()
    fields = {environment_name(name): field.default for name, field in Settings.model_fields.items()}
    assert {name for name in empty if fields[name]} == set()
