"""`portal models` and `portal check` as an operator types them."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from portal_server import served
from typer.testing import CliRunner, Result

from portal.cli import app
from portal.core.setting_names import NOT_READ
from portal.core.settings import Settings, environment_name
from portal.sample_endpoint import Options, create_app

UNSET = {environment_name(field): None for field in Settings.model_fields}
UNSET |= dict.fromkeys(NOT_READ) | {"COLUMNS": "200"}
URL = "http://127.0.0.1:4299/v1"

pytestmark = pytest.mark.req("G6")


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text("# Ours.\nmodel_list: []\n")
    return file


@pytest.fixture
def portal(catalogue: Path):
    """`portal("models add llama --url URL", NAME="value")`; nothing of the surrounding environment counts."""

    def run(command: str, answer: str = "", **environment: str) -> Result:
        variables = {**UNSET, "PORTAL_GATEWAY_CONFIG": str(catalogue), **environment}
        result = CliRunner().invoke(app, command.split(), env=variables, input=answer)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@contextmanager
def listening() -> Iterator[str]:
    """Somebody who takes connections; whether they answer is not looked at by who only opens one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def test_a_model_is_added_listed_and_removed(portal, catalogue):
    added = portal(f"models add llama --url {URL} --model meta/llama --key-env LLAMA_KEY --priority 2", LLAMA_KEY="k")
    assert (added.exit_code, added.stderr) == (0, "")
    listed = portal("models list", LLAMA_KEY="k")
    assert re.search(rf"llama +chat +{URL} +meta/llama +2 +1", listed.stdout)

    removed = portal("models remove llama --yes")

    assert removed.exit_code == 0
    assert catalogue.read_text() == "# Ours.\nmodel_list: []\n"


def test_a_key_never_stands_in_the_file(portal, catalogue):
    portal(f"models add llama --url {URL} --key-env LLAMA_KEY", LLAMA_KEY="hush")

    assert "os.environ/LLAMA_KEY" in catalogue.read_text()
    assert "hush" not in catalogue.read_text()
    refused = portal(f"models add other --url {URL} --key-env sk-hush-1")
    assert refused.exit_code == 1
    assert "never stands in the file" in refused.stderr
    assert "hush" not in refused.stderr


def test_a_variable_that_is_not_set_here_is_said(portal):
    added = portal(f"models add llama --url {URL} --key-env LLAMA_KEY")

    assert added.exit_code == 0
    assert "LLAMA_KEY is not set here" in added.stdout


def test_the_same_endpoint_is_not_added_twice(portal, catalogue):
    portal(f"models add llama --url {URL}")
    before = catalogue.read_text()

    again = portal(f"models add llama --url {URL}/")

    assert again.exit_code == 1
    assert again.stderr == f"llama has an endpoint at {URL} already, in line 3 of {catalogue}.\n"
    assert catalogue.read_text() == before


def test_a_second_endpoint_joins_the_first(portal):
    portal(f"models add llama --url {URL}")
    second = portal("models add llama --url http://127.0.0.1:4298/v1 --priority 2 --weight 0.5")

    assert "llama has 2 endpoints now" in second.stdout
    assert re.search(r"llama .*4298/v1 +llama +2 +0.5", portal("models list").stdout)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--url nowhere", "--url must be an address"),
        ("--url http://a/v1/chat/completions", "--url must end before `/chat/completions`"),
        ("--url http://me:hush@a/v1", "--url must not carry a password"),
        (f"--url {URL} --weight 0", "--weight must be more than 0"),
        (f"--url {URL} --mode talk", "--mode must be one of chat"),
    ],
)
def test_an_option_that_can_not_be_is_refused(portal, catalogue, options, reason):
    refused = portal(f"models add llama {options}")

    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert "hush" not in refused.stderr
    assert catalogue.read_text() == "# Ours.\nmodel_list: []\n"


def test_the_card_of_a_model_is_changed_where_it_stands(portal):
    portal(f"models add llama --url {URL} --description Fast.")

    refused = portal("models add llama --url http://127.0.0.1:4298/v1 --description Slow.")
    assert "llama has a card already, in line 3" in refused.stderr

    portal("models add llama --url http://127.0.0.1:4298/v1")
    kept = portal(f"models remove llama --url {URL} --yes")
    assert "Move its `model_info` to the next endpoint" in kept.stderr


def test_removing_asks_first(portal, catalogue):
    portal(f"models add llama --url {URL}")
    before = catalogue.read_text()

    refused = portal("models remove llama", answer="n\n")

    assert "Remove llama with 1 endpoint?" in refused.stdout
    assert (refused.exit_code, catalogue.read_text()) == (1, before)


def test_one_endpoint_is_removed_by_its_address(portal):
    portal(f"models add llama --url {URL}")
    portal("models add llama --url http://127.0.0.1:4298/v1")

    portal(f"models remove llama --url {URL} --yes")

    listed = portal("models list").stdout
    assert "4298" in listed
    assert "4299" not in listed
    assert "has no endpoint at" in portal(f"models remove llama --url {URL} --yes").stderr


def test_a_model_that_is_not_there_is_not_removed(portal):
    portal(f"models add llama --url {URL}")

    assert "There is no model lama" in portal("models remove lama --yes").stderr
    assert "did you mean `llama`?" in portal("models remove lama --yes").stderr


def test_a_file_with_mistakes_is_told_and_left_alone(portal, catalogue):
    catalogue.write_text("model_list: []\nfoo: 1\n")

    refused = portal(f"models add llama --url {URL}")

    assert refused.exit_code == 1
    assert f"{catalogue}:2: there is no section `foo`" in refused.stderr
    assert catalogue.read_text() == "model_list: []\nfoo: 1\n"


def test_check_says_what_is_fine_where_portal_up_makes_the_parts(portal):
    portal(f"models add llama --url {URL}")
    done = portal("check --offline")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "`portal up` makes them" in done.stdout
    assert "are fine: 1 model, 1 model endpoint." in done.stdout


def test_check_wants_all_settings_in_production(portal):
    done = portal("check --offline", PORTAL_ENVIRONMENT="production")

    assert done.exit_code == 1
    assert "DATABASE_URL: is not set" in done.stderr


def test_check_tells_mistakes_of_settings_and_of_the_catalogue_at_once(portal, catalogue):
    catalogue.write_text("model_list: []\nfoo: 1\n")
    done = portal("check --offline", PORTAL_PORT="many", RETRY_ATTEMPTS="often")

    assert done.exit_code == 1
    for mistake in ("PORTAL_PORT: ", "RETRY_ATTEMPTS: ", f"{catalogue}:2: there is no section `foo`"):
        assert mistake in done.stderr


def test_an_endpoint_where_nobody_answers_is_a_warning(portal):
    portal(f"models add away --url {URL}")
    with listening() as silent:
        portal(f"models add silent --url {silent}")
        done = portal("check")

    assert done.exit_code == 0
    assert re.search(rf"config.yaml:3: warning: nobody answers at {URL}; does the endpoint run", done.stderr)
    assert f"nobody answers at {silent}" in done.stderr
    assert "are fine" in done.stdout


def test_an_endpoint_that_refuses_its_key_is_a_mistake(portal):
    """Every request to it would fail, so it is not fine."""
    options = Options(api_key="the-key")
    with served(create_app(options)) as url:
        portal(f"models add locked --url {url}/v1 --key-env LOCKED_KEY", LOCKED_KEY="hush")
        wrong = portal("check", LOCKED_KEY="hush")
        right = portal("check", LOCKED_KEY="the-key")
        seed = portal("check", LOCKED_KEY="the-key", ENDPOINTS=f'[{{"url": "{url}", "apiKey": "hush"}}]')

    assert (wrong.exit_code, wrong.stdout.count("are fine")) == (1, 0)
    assert re.search(rf"config.yaml:3: the endpoint at {url}/v1 refuses its key \(401\)", wrong.stderr)
    assert right.exit_code == 0
    assert "refuses" not in right.stderr
    assert seed.exit_code == 1
    assert f"ENDPOINTS: the endpoint at {url}/v1 refuses its key (401)" in seed.stderr
    assert "hush" not in wrong.output + seed.output


def test_an_endpoint_that_asks_for_a_key_and_gets_none_is_a_mistake(portal):
    with served(create_app(Options(api_key="the-key"))) as url:
        portal(f"models add locked --url {url}/v1")
        done = portal("check")

    assert done.exit_code == 1
    assert "asks for a key, and none is given: name it in `api_key` (401)" in done.stderr


def test_models_are_listed_where_a_variable_of_the_catalogue_is_not_set(portal, catalogue):
    """It has to be set where the gateway runs, which is seldom the terminal of whoever looks."""
    portal(f"models add llama --url {URL} --key-env LLAMA_KEY", LLAMA_KEY="k")
    entry = "\n  - model_name: away\n    litellm_params: {model: openai/a, api_base: os.environ/AWAY_URL}\n"
    catalogue.write_text(catalogue.read_text().rstrip() + entry)

    listed = portal("models list")

    assert (listed.exit_code, listed.stderr) == (0, "")
    assert re.search(rf"llama +chat +{URL} +llama +1 +1", listed.stdout)
    assert re.search(r"away +chat +AWAY_URL \(not set\) +a +1 +1", listed.stdout)
    assert "LLAMA_KEY is not set here. The gateway needs it in its environment." in listed.stdout
    assert "the environment variable LLAMA_KEY is not set" in portal("check --offline").stderr


def test_check_says_what_is_not_read(portal):
    done = portal("check --offline", PORT="3000", API_KEY="hush")

    assert done.exit_code == 0
    assert "warning: PORT is not read: PORTAL_PORT is the portal's port" in done.stderr
    assert "warning: API_KEY is not read: " in done.stderr
    assert "hush" not in done.output


def test_a_secret_in_clear_is_a_warning(portal, catalogue):
    catalogue.write_text("model_list:\n- model_name: a\n  litellm_params: {model: openai/a, api_key: sk-hush-hush}\n")
    done = portal("check --offline")

    assert done.exit_code == 0
    assert "config.yaml:3: warning: the secret `api_key`" in done.stderr
    assert "hush" not in done.output


@pytest.mark.req("G7")
def test_the_printed_catalogue_has_file_and_seeds_and_no_secret(portal, catalogue):
    catalogue.write_text(
        """model_list:
  - model_name: a
    litellm_params: {model: openai/a, api_base: "http://me:hush-1@a.example.com/v1", api_key: hush-2}
    model_info: {description: Fast., customHeaders: {x-any: hush-3}}
router_settings: {redis_password: hush-4}
environment_variables: {ANY: hush-5}
"""
    )
    done = portal(
        "check --offline --print",
        ENDPOINTS='[{"url": "https://b.example.com", "apiKey": "hush-6", "models": ["b"]}]',
        FALLBACK_MODEL="b",
    )

    assert done.exit_code == 0
    assert "api_base: https://b.example.com/v1" in done.stdout
    assert "description: Fast." in done.stdout
    assert "default_fallbacks:\n  - b" in done.stdout
    assert "hush" not in done.output


@pytest.mark.req("G7")
@pytest.mark.parametrize(
    ("variable", "value", "mistake"),
    [
        ("ENDPOINTS", '[{"url":', "ENDPOINTS: is not valid JSON at character 9"),
        ("ENDPOINTS", '{"url": "https://hush"}', "ENDPOINTS: "),
        ("ENDPOINTS", '[{"url": "hush"}]', "ENDPOINTS[0].url: must be an http:// or https:// address"),
        ("ENDPOINTS", '[{"url": "https://a:hush@b"}]', "ENDPOINTS[0].url: must not carry a password"),
        ("ENDPOINTS", '[{"url": "https://a"}, {"apiKey": "hush"}]', "ENDPOINTS[1].url: is missing"),
        ("ENDPOINTS", '[{"url": "https://a", "key": "hush"}]', "ENDPOINTS[0].key: there is no such field"),
        ("ENDPOINTS", '[{"url": "https://a", "weight": 0}]', "ENDPOINTS[0].weight: "),
        ("RETRY_ATTEMPTS", "-1", "RETRY_ATTEMPTS: "),
        ("RETRY_DELAY", "hush", "RETRY_DELAY: "),
        ("DEBUG", "hush", "DEBUG: "),
        ("FILE_LOGGING", "hush", "FILE_LOGGING: "),
    ],
)
def test_a_wrong_seed_is_named_without_its_value(portal, variable, value, mistake):
    done = portal("check --offline", **{variable: value})

    assert done.exit_code == 1
    assert mistake in done.stderr
    assert "hush" not in done.output


@pytest.mark.req("G7")
def test_seeds_that_are_set_to_nothing_are_not_set(portal):
    names = ("ENDPOINTS", "FALLBACK_MODEL", "RETRY_ATTEMPTS", "RETRY_DELAY", "DEBUG", "FILE_LOGGING")

    assert portal("check --offline", **dict.fromkeys(names, "")).exit_code == 0
