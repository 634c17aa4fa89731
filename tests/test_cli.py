"""The commands as an operator types them: what they print and how they end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = "  - model_name: {0}\n    litellm_params: {{model: openai/{0}, api_base: http://localhost:1/v1}}\n"


def portal(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "portal.cli", *arguments]
    return subprocess.run(
        command,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def settings(platform) -> dict[str, str]:
    return {
        "DATABASE_URL": platform.database_url,
        "REDIS_URL": platform.redis_url,
        "LITELLM_ADMIN_KEY": platform.admin_key,
    }


def test_check_counts_the_model_endpoints(settings, tmp_path: Path):
    catalogue = tmp_path / "config.yaml"
    catalogue.write_text(f"model_list:\n{MODEL.format('m')}{MODEL.format('n')}")
    done = portal("check", "--offline", **settings, PORTAL_GATEWAY_CONFIG=str(catalogue))

    assert (done.returncode, done.stderr) == (0, "")
    assert "are fine: 2 models, 2 model endpoints." in done.stdout


@pytest.mark.parametrize("text", ["model_list: 3", "model_list: [", "", "other: {}"])
def test_check_names_the_catalogue_that_is_wrong(settings, tmp_path: Path, text: str):
    catalogue = tmp_path / "config.yaml"
    catalogue.write_text(text)
    done = portal("check", **settings, PORTAL_GATEWAY_CONFIG=str(catalogue))

    assert done.returncode == 1
    assert str(catalogue) in done.stderr
    assert "Traceback" not in done.stderr


def test_every_wrong_setting_is_named_at_once_and_no_value_is_shown():
    done = portal("check", DATABASE_URL="postgresql://u:very-secret@h/d", PORTAL_PORT="many", PORTAL_PROT="1")

    assert done.returncode == 1
    assert "very-secret" not in done.stderr
    for mistake in ("PORTAL_PORT", "PORTAL_PROT: no such setting", "REDIS_URL: is not set", "LITELLM_ADMIN_KEY"):
        assert mistake in done.stderr


@pytest.mark.req("A6")
def test_migrate_twice_changes_nothing_the_second_time(settings):
    done = portal("migrate", **settings)

    assert (done.returncode, done.stdout) == (0, "Both databases are at this version (0 LiteLLM migrations applied).\n")


def test_migrate_says_that_postgres_is_away_without_the_password(settings):
    done = portal("migrate", **{**settings, "DATABASE_URL": "postgresql://portal:very-secret@127.0.0.1:1/portal"})

    assert done.returncode == 1
    assert "very-secret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_sample_endpoint_refuses_a_failure_it_does_not_know():
    done = portal("sample-endpoint", "--fail", "sometimes")

    assert done.returncode == 1
    assert done.stderr.startswith("fail must be a status")


def test_help_lists_every_command():
    done = portal("--help")

    for command in ("up", "serve", "gateway", "check", "migrate", "sample-endpoint", "bench", "accounts", "models"):
        assert f" {command} " in done.stdout
