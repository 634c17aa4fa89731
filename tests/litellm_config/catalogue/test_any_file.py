"""Whatever stands in the file, the answer is a catalogue or its mistakes."""

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from litellm_config.catalogue import CatalogueInvalid, Mistake, read_catalogue
from litellm_config.catalogue.masking import masked
from litellm_config.catalogue.shape import Entry, File, LiteLLMParams, RouterSettings

SHAPES = (File, Entry, LiteLLMParams, RouterSettings)
OTHERS = ("id", "mode", "available", "customHeaders", "description", "include", "<<", "x")
NAMES = st.sampled_from([*(name for shape in SHAPES for name in shape.model_fields), *OTHERS])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["openai/a", "os.environ/A", "http://a/v1", "http://[", "*", "a", "os.environ/"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | SCALARS, inner, max_size=5),
    max_leaves=30,
)
SNIPPETS = st.lists(
    st.sampled_from(
        [
            "model_list:",
            "- ",
            "  ",
            "\n",
            "\t",
            "&a ",
            "*a",
            "<<: ",
            "{",
            "}",
            "[",
            "]",
            "? ",
            ": ",
            "!!set ",
            "!x ",
            "|\n",
            "'",
            '"',
            "#",
            "%YAML 1.1\n",
            "---\n",
            "...",
            "model_name",
            "08",
            "1:30",
            "2001-01-01",
            "\x00",
            "é",
            "\u2028",
        ]
    ),
    max_size=30,
).map("".join)


def answer(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(content)
        try:
            catalogue = read_catalogue(path, {"A": "a"})
        except CatalogueInvalid as error:
            found = error.mistakes
        else:
            masked(catalogue.content)
            catalogue.write(path)
            found = catalogue.warnings or [Mistake(str(path), 1, "fine")]
    assert found
    assert all(mistake.reason and (mistake.line or 1) >= 1 for mistake in found)


@pytest.mark.req("G6")
@settings(max_examples=120, deadline=None)
@given(VALUES | st.fixed_dictionaries({"model_list": st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3)}))
def test_any_values_are_a_catalogue_or_mistakes(values):
    answer(yaml.safe_dump(values, allow_unicode=True).encode())


@settings(max_examples=200, deadline=None)
@given(SNIPPETS)
def test_any_yaml_is_a_catalogue_or_mistakes(text):
    answer(text.encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_catalogue_or_mistakes(content):
    answer(content)
