"""What we import from LiteLLM, and LiteLLM from its companions of another build, is all there."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "deployment" / "upgrade" / "imports.py"
COMPANIONS = ("litellm_enterprise", "litellm_proxy_extras")

pytestmark = pytest.mark.req("A8")


def missing(folder: Path, *packages: str) -> list[str]:
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [sys.executable, PROGRAM, folder, *packages]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def test_ours_from_litellm():
    assert missing(ROOT / "litellm_config", "litellm", *COMPANIONS) == []


def test_litellms_from_its_companions():
    assert missing(Path(find_spec("litellm").submodule_search_locations[0]), *COMPANIONS) == []


def test_what_is_missing_is_named_with_its_place(tmp_path):
    (tmp_path / "some.py").write_text(
        "import json\n"
        "import json.nowhere\n"
        "from json import decoder as reading, dumps, undumps\n"
        "def later():\n"
        "    from json.gone import anything\n"
        "    reading.JSONDecoder, reading.Nothing\n"
        "try:\n"
        "    from json import orjson\n"
        "except ImportError:\n"
        "    orjson = None\n"
    )

    assert missing(tmp_path, "json") == [
        "some.py:2: json.nowhere (ModuleNotFoundError: No module named 'json.nowhere')",
        "some.py:3: json.undumps (no such name)",
        "some.py:5: json.gone.anything (ModuleNotFoundError: No module named 'json.gone')",
        "some.py:6: json.decoder.Nothing (no such name)",
    ]
