"""`env.example` is what an operator reads first, so each setting has its own words and its real default."""

import itertools
import re
from pathlib import Path

import pytest

from portal.core.settings import Settings, environment_name

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
def test_each_default_is_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in map(environment_name, Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    defaults = Settings().model_dump(exclude={"gateway_config"})

    for name, (_, value) in examples().items():
        if value and name != "PORTAL_GATEWAY_CONFIG":
            monkeypatch.setenv(name, value)

    assert Settings().model_dump(exclude={"gateway_config"}) == defaults
    # Those without a value have none.
    empty = {name for name, (_, value) in examples().items() if not value} - NEEDED.keys()
    fields = {environment_name(name): field.default for name, field in Settings.model_fields.items()}
    assert {name for name in empty if fields[name]} == set()
