"""Variables with a slip in their name, and those of earlier deployments."""

import importlib.util
import re
from pathlib import Path

import pytest

from portal.core.setting_names import LITELLMS_OWN, NOT_READ, misspelt, not_read
from portal.core.settings import Settings, SettingsInvalid, environment_name, load_settings

NEEDED = {"DATABASE_URL": "postgresql://u:pw@db/portal", "REDIS_URL": "redis://r", "LITELLM_ADMIN_KEY": "sk-admin"}
PACKAGES = ("litellm", "litellm_enterprise", "litellm_proxy_extras")


def names_in_litellm() -> set[str]:
    """Whatever in its sources could be the name of a variable."""
    found = set()
    for package in PACKAGES:
        (folder,) = importlib.util.find_spec(package).submodule_search_locations
        for file in Path(folder).rglob("*.py"):
            found |= set(re.findall(r"\bLITELLM_[A-Z0-9_]+", file.read_text()))
    return found


def test_no_variable_of_litellm_is_refused():
    names = names_in_litellm()
    known = {environment_name(field) for field in Settings.model_fields} | {"LITELLM_TEAM_ID"}

    assert names >= {"LITELLM_MASTER_KEY", "LITELLM_SALT_KEY", "LITELLM_LOG", "LITELLM_LOCAL_MODEL_COST_MAP"}
    assert list(misspelt(names, known)) == []
    # And none is let through that LiteLLM does not know.
    assert names >= LITELLMS_OWN


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("LITELLM_API_ENDPONT", "LITELLM_API_ENDPOINT"),
        ("LITELLM_ADMINKEY", "LITELLM_ADMIN_KEY"),
        ("LITELLM_PARALLEL_REQUESTS", "LITELLM_MAX_PARALLEL_REQUESTS"),
        ("LITELLM_TEAM_OAUTH", "LITELLM_TEAM_AUTH0"),
        ("AUTH0_CLIENTID", "AUTH0_CLIENT_ID"),
        ("AUTH0_DOMAIN", "AUTH0_ISSUER_BASE_URL"),
        ("RECAPTCHA_SITEKEY", "RECAPTCHA_SITE_KEY"),
        ("PORTAL_PROT", "PORTAL_PORT"),
        ("portal_port", "PORTAL_PORT"),
    ],
)
def test_a_slip_is_refused_by_name_with_what_was_meant(name, meant):
    with pytest.raises(SettingsInvalid) as caught:
        load_settings({**NEEDED, name: "hush"})

    assert str(caught.value) == f"{name}: no such setting; did you mean {meant}?"


@pytest.mark.parametrize("name", ["AUTH0_AUDIENCE", "RECAPTCHA_THEME", "PORTAL_MOOD"])
def test_a_name_that_resembles_none_is_refused_too(name):
    with pytest.raises(SettingsInvalid, match=f"^{name}: no such setting$"):
        load_settings({**NEEDED, name: "hush"})


@pytest.mark.req("K16")
def test_the_team_of_earlier_deployments_is_that_of_keys_without_an_account():
    assert load_settings({**NEEDED, "LITELLM_TEAM_ID": "old"}).litellm_team_permissionless == "old"
    both = {"LITELLM_TEAM_ID": "old", "LITELLM_TEAM_PERMISSIONLESS": "new"}
    assert load_settings({**NEEDED, **both}).litellm_team_permissionless == "new"


def test_redis_may_be_told_in_three_variables():
    told = {"REDIS_HOST": "cache", "REDIS_PORT": "6380", "REDIS_PASSWORD": "a/b@c"}
    without = {name: value for name, value in NEEDED.items() if name != "REDIS_URL"}

    assert load_settings(without | told).redis_url.get_secret_value() == "redis://:a%2Fb%40c@cache:6380/0"
    assert load_settings(without | {"REDIS_HOST": "cache"}).redis_url.get_secret_value() == "redis://cache:6379/0"
    assert load_settings(NEEDED | told).redis_url.get_secret_value() == "redis://r"


def test_a_port_of_redis_that_is_none_is_named():
    with pytest.raises(SettingsInvalid, match=r"^REDIS_PORT: must be a whole number"):
        load_settings({**NEEDED, "REDIS_URL": "", "REDIS_HOST": "cache", "REDIS_PORT": "tcp://10.0.0.1:6379"})


@pytest.mark.parametrize("name", NOT_READ)
def test_what_does_nothing_here_is_said_and_not_refused(name):
    load_settings({**NEEDED, name: "hush"})

    (said,) = not_read({name: "hush"})
    assert said.startswith(f"{name} is not read: ")
    assert "hush" not in said
    assert not list(not_read({name: ""}))
