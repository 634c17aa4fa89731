"""What the rehearsal of another LiteLLM says of what it has found."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deployment.upgrade.checks import Outcome
from deployment.upgrade.environment import reason_of
from deployment.upgrade.report import Report, markdown
from litellm_config.database.migrations import migration_folder

ROOT = Path(__file__).parents[2]
GOOD = Report(
    "1.2.4",
    "1.2.3",
    versions=[("litellm", "1.2.3", "1.2.4")],
    data="a backup",
    rows_before={"person": 5, "LiteLLM_SpendLogs": 20},
    rows_after={"person": 5, "LiteLLM_SpendLogs": 20, "LiteLLM_New": 0},
    tests=Outcome("9 passed", ()),
)


def test_good_one_is_told_from_each_bad_one():
    assert GOOD.is_fit
    assert "nothing stands against it" in markdown(GOOD)
    for bad, line in (
        (replace(GOOD, missing=["litellm_config/a.py:1: litellm.gone (no such name)"]), "litellm.gone"),
        (replace(GOOD, rows_after={"person": 4, "LiteLLM_SpendLogs": 20}), "| person, **lost** | 5 | 4 |"),
        (replace(GOOD, wrong=["a key of the data is answered with 401"]), "answered with 401"),
        (replace(GOOD, stopped="The new version does not start."), "does not start"),
        (replace(GOOD, tests=Outcome("1 failed, 8 passed", ("tests/a.py::test_b",))), "tests/a.py::test_b"),
    ):
        assert not bad.is_fit
        assert "**not fit as it is**" in markdown(bad)
        assert line in markdown(bad)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ALTER TABLE "A" DROP COLUMN "b";', "DROP COLUMN"),
        ('DROP TABLE IF EXISTS "A";', "DROP TABLE"),
        ('UPDATE "A" SET "b" = 1;', "UPDATE"),
        ('ALTER TABLE "A" ALTER COLUMN "b" SET DATA TYPE BIGINT;', "SET DATA TYPE"),
        ('ALTER TABLE "A" ALTER COLUMN "b" SET NOT NULL;', "SET NOT NULL"),
    ],
)
def test_migration_that_drops_or_rewrites_is_marked(text, said):
    assert f"- `one`, **drops or rewrites** ({said})" in markdown(replace(GOOD, migrations={"one": text}))


def test_migration_that_only_adds_is_not_marked():
    adds = (migration_folder() / "20261008120000_add_daily_request_errors" / "migration.sql").read_text()

    assert "- `one`\n" in markdown(replace(GOOD, migrations={"one": "-- DROP TABLE of old\n" + adds}))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            (
                "Because there is no version of litellm-proxy-extras==0.4.113 and litellm[proxy]==1.109.0 depends on "
                "litellm-proxy-extras==0.4.113, we can conclude"
            ),
            "it asks for litellm-proxy-extras==0.4.113, which is not on the index.",
        ),
        (
            (
                "Because litellm-proxy was not found in the package registry and litellm[proxy]>=1.110.2 depends on "
                "litellm-proxy==1.110.2, we can conclude"
            ),
            "it asks for litellm-proxy==1.110.2, and there is no package litellm-proxy on the index.",
        ),
        (
            "Because there is no version of litellm[proxy]==1.999.0 and you require litellm[proxy]==1.999.0, we",
            "it is not on the index.",
        ),
    ],
)
def test_reason_why_a_version_cannot_be_had_is_one_sentence(said, reason):
    assert reason_of(said) == reason


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: VERSION"),
        (["../elsewhere"], "'../elsewhere' is no version, such as 1.108.14"),
        (["1.108.14", "--backup", "nowhere"], "there is no file"),
    ],
)
def test_wrong_argument_is_refused_before_anything_is_touched(arguments, said):
    command = [sys.executable, "-m", "deployment.upgrade", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert said in done.stderr
