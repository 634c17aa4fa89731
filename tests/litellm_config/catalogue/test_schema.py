"""What an editor completes is what is checked, and both are up to date with LiteLLM."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from litellm_config.catalogue.known import NAMES_FILE, litellm_names
from litellm_config.catalogue.schema import SCHEMA_FILE, make_schema
from litellm_config.catalogue.shape import Entry

SHIPPED = Path(__file__).parents[3] / "litellm_config" / "config.yaml"
# Without looking for garbage, of which there is none while LiteLLM loads.
GENERATED = """
import gc, json
gc.disable()
from litellm_config.catalogue.generate import collect_names
print(json.dumps(collect_names()))
"""

pytestmark = pytest.mark.req("G6")


@pytest.fixture(scope="module")
def schema():
    return json.loads(SCHEMA_FILE.read_text())


@pytest.fixture(scope="module")
def editor(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_is_the_one_that_the_shapes_make(schema):
    assert schema == make_schema(), "run python -m litellm_config.catalogue.generate"


def test_the_names_are_those_of_the_installed_litellm():
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run(
        [sys.executable, "-c", GENERATED], capture_output=True, check=True, text=True, timeout=120, env=environment
    )

    expected = json.loads(done.stdout.splitlines()[-1])
    assert json.loads(NAMES_FILE.read_text()) == expected, "run python -m litellm_config.catalogue.generate"


def test_names_of_everyday_use_are_known():
    assert {"rpm", "timeout", "max_parallel_requests", "extra_headers", "top_k"} <= litellm_names("litellm_params")
    assert {"num_retries", "cooldown_time", "fallbacks"} <= litellm_names("router_settings")
    assert {"drop_params", "cache_params", "callbacks"} <= litellm_names("litellm_settings")
    assert {"master_key", "user_api_key_cache_ttl"} <= litellm_names("general_settings")
    assert {"mode", "base_model", "max_input_tokens"} <= litellm_names("model_info")


def test_the_shipped_file_is_fine_and_names_its_schema(editor):
    text = SHIPPED.read_text()

    editor.validate(yaml.safe_load(text))
    assert text.startswith("# yaml-language-server: $schema=config.schema.json\n")


@pytest.mark.parametrize(
    "change",
    [
        {"modelname": "a"},
        {"litellm_params": {"api_base": "http://a/v1"}},
        {"litellm_params": {"model": "openai/a", "order": "1"}},
        {"model_info": {"descripton": "x"}},
        {"model_info": {"mode": "talk"}},
    ],
)
def test_an_editor_sees_mistakes(editor, change):
    entry = {"model_name": "a", "litellm_params": {"model": "openai/a"}, **change}

    with pytest.raises(jsonschema.ValidationError):
        editor.validate({"model_list": [entry]})


def test_an_editor_is_told_what_the_fields_are_for(schema):
    described = schema["$defs"]["LiteLLMParams"]["properties"]["weight"]

    assert "Share" in described["description"]
    assert schema["$defs"]["Entry"]["description"] == Entry.__doc__


def test_the_example_in_the_head_of_the_file_is_fine(read):
    head = SHIPPED.read_text().split("\nmodel_list:")[0].splitlines()
    example = [line.removeprefix("#") for line in head if line.startswith(("#   - ", "#     ", "#       "))]

    catalogue = read("model_list:\n" + "\n".join(example), LLAMA_API_KEY="key")

    assert [(one.model, one.priority) for one in catalogue.endpoints] == [("llama-3.3-70b", 1), ("llama-3.3-70b", 2)]
    assert catalogue.warnings == ()


def test_checking_never_loads_litellm():
    """It takes seconds, and the supervisor of the gateway and the portal are light on purpose."""
    script = (
        "import sys; from pathlib import Path; from litellm_config.catalogue import read_catalogue; "
        f"read_catalogue(Path({str(SHIPPED)!r}), {{'SAMPLE_ENDPOINT_URL': 'http://s/v1'}}); "
        "print(sorted({'litellm', 'prisma', 'openai'} & set(sys.modules)))"
    )

    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"
