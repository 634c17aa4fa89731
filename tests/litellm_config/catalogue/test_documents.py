"""Files that are no catalogue, or hardly YAML."""

import os

import pytest

from litellm_config.catalogue import CatalogueInvalid, read_catalogue

pytestmark = pytest.mark.req("G6")

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "is empty"),
        (b"# nothing yet\n", 1, "is empty"),
        (b"- model_name: a\n", 1, "must be a mapping"),
        (b"just text", 1, "must be a mapping"),
        (b"model_list:\n\t- model_name: a\n", 2, "a tab can't indent"),
        (b"model_list: [\n", 2, "not valid YAML"),
        (b"model_list: []\nname: 'open\n", 3, "not valid YAML"),
        (b"model_list: []\n  foo: 1\n", 2, "not valid YAML"),
        (b"model_list: *nobody\n", 1, "not valid YAML: found undefined alias"),
        (b"model_list: []\n---\nmodel_list: []\n", 2, "there is a second document"),
        (b"model_list: []\nname: caf\xe9\n", 2, "is not UTF-8 text"),
        (b"model_list: []\nname: \x01\n", 2, "a character here is not allowed"),
        (b"[" * 100_000, 1, "is nested too deeply"),
        (b"model_list: " + b"[" * 70 + b"]" * 70, 1, "nested too deeply"),
        (b"".join(b" " * depth + b"a:\n" for depth in range(70)), 62, "nested too deeply"),
        (b"".join(b" " * depth + b"a:\n" for depth in range(900)), 1, "nested too deeply"),
        (BOMB.encode(), 8, "there are too many values"),
        (b"#" * 1_100_000, None, "is larger than 1 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_catalogue_is_told_with_its_line(file, content, line, reason):
    file.write_bytes(content)

    with pytest.raises(CatalogueInvalid) as caught:
        read_catalogue(file, {})

    assert any(found.line == line and reason in found.reason for found in caught.value.mistakes), caught.value.mistakes


def test_a_file_that_is_not_there_is_named(file):
    with pytest.raises(CatalogueInvalid, match=r"config.yaml: can't be read: No such file"):
        read_catalogue(file, {})


def test_a_folder_is_not_read(tmp_path):
    with pytest.raises(CatalogueInvalid, match="is not a file"):
        read_catalogue(tmp_path, {})


def test_a_pipe_is_not_waited_for(file):
    os.mkfifo(file)

    with pytest.raises(CatalogueInvalid, match="is not a file"):
        read_catalogue(file, {})


def test_windows_line_ends_and_a_byte_order_mark_are_fine(file):
    file.write_bytes(b"\xef\xbb\xbfmodel_list: []\r\nrouter_settings:\r\n  num_retires: 1\r\n")

    with pytest.raises(CatalogueInvalid) as caught:
        read_catalogue(file, {})

    assert [found.line for found in caught.value.mistakes] == [3]


def test_entries_may_share_what_they_have_in_common(read):
    catalogue = read(
        """
model_list:
  - model_name: a
    litellm_params: &params
      model: openai/a
      api_base: https://a.example.com/v1
      timeout: 30
  - model_name: b
    litellm_params:
      <<: *params
      model: openai/b
"""
    )

    assert [entry["litellm_params"]["model"] for entry in catalogue.content["model_list"]] == ["openai/a", "openai/b"]
    assert [entry["litellm_params"]["timeout"] for entry in catalogue.content["model_list"]] == [30, 30]


def test_a_mistake_in_what_is_shared_is_told_where_it_stands(mistakes):
    found = mistakes(
        """model_list:
  - model_name: a
    litellm_params: &params
      model: openai/a
      weight: 0
  - model_name: b
    litellm_params:
      <<: *params
      model: openai/b
"""
    )

    assert {mistake.line for mistake in found} == {5}
