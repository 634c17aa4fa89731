"""Adding and removing endpoints leaves every other byte of the file as it was."""

import os
from pathlib import Path

import pytest

from litellm_config.catalogue import CatalogueInvalid
from litellm_config.catalogue.edit import CannotEdit, ModelFile

SHIPPED = Path(__file__).parents[3] / "litellm_config" / "config.yaml"
NEW = {"model_name": "new", "litellm_params": {"model": "openai/new", "api_base": "https://n.example.com/v1"}}
FURTHER = {"model_name": "a", "litellm_params": {"model": "openai/a", "api_base": "https://n.example.com/v1"}}

pytestmark = pytest.mark.req("G6")

# `+` is where the new lines come.
LISTS = {
    "indented": """\
model_list:
  # About a.
  - model_name: a   # quite "quoted"
    litellm_params: {model: 'openai/a'}

  # About b.
  - model_name: b
    litellm_params:
      model: "openai/b"   # here
      # api_key: later
    model_info:
      description: >-
        Some words,

        more words.
+
  # The end of the list.

router_settings:
    num_retries:   2
""",
    "not indented": "model_list:\n- model_name: a\n  litellm_params: {model: openai/a}\n- model_name: b\n  litellm_params: {model: openai/b}\n+\nrouter_settings: {num_retries: 2}\n",
    "a dash on its own": "model_list:\n  -\n    model_name: a\n    litellm_params: {model: openai/a}\n  -\n    model_name: b\n    litellm_params: {model: openai/b}\n+\n",
    "literal text at the end": "model_list:\n  - model_name: b\n    litellm_params:\n      model: openai/b\n    model_info:\n      aboutContent: |\n        x\n\n        y\n+\n\n",
    "a value over several lines": 'model_list:\n  - model_name: b\n    litellm_params: {model: openai/b,\n      api_base: "https://b.example.com/v1"}\n+\n# The end.\n',
    "text before and after": "router_settings: {num_retries: 2}\nmodel_list:\n  - litellm_params: {model: openai/b}\n    model_name: b\n+\ngeneral_settings: {}\n",
}  # fmt: skip


@pytest.mark.parametrize("marked", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_model_comes_after_the_last_one_and_all_other_bytes_stay(file, marked, ending):
    before, after = (part.replace("\n", ending) for part in marked.split("+\n"))
    file.write_bytes((before + after).encode())

    ModelFile.open(file).add(NEW)

    content = file.read_bytes().decode()
    added = content.removeprefix(before).removesuffix(after)
    assert content == before + added + after
    assert [line.strip("- \r") for line in added.strip().split("\n")] == [
        "model_name: new",
        "litellm_params:",
        "model: openai/new",
        "api_base: https://n.example.com/v1",
    ]
    assert added.count(ending) == 4


@pytest.mark.parametrize("marked", LISTS.values(), ids=LISTS.keys())
def test_what_was_added_can_be_removed_without_a_trace(file, marked):
    before = marked.replace("+\n", "")
    file.write_text(before)

    ModelFile.open(file).add(NEW)
    added = ModelFile.open(file)
    added.remove(added.endpoints_of("new"))

    assert file.read_text() == before


def test_the_shipped_file_is_the_same_after_adding_and_removing(file):
    file.write_bytes(SHIPPED.read_bytes())

    for content in (NEW, {**FURTHER, "model_name": "sample-chat"}):
        ModelFile.open(file).add(content)
        added = ModelFile.open(file)
        added.remove(added.endpoints_of(content["model_name"])[-1:])

    assert file.read_bytes() == SHIPPED.read_bytes()


def test_a_further_endpoint_comes_after_the_others_of_its_model(file):
    file.write_text(
        "model_list:\n  - model_name: a\n    litellm_params: {model: openai/a}\n  - model_name: b\n"
        "    litellm_params: {model: openai/b}\n"
    )

    ModelFile.open(file).add(FURTHER)

    assert [entry.name for entry in ModelFile.open(file).entries] == ["a", "a", "b"]


def test_the_comment_of_a_removed_model_goes_when_it_can_be_about_nothing_else(file):
    file.write_text(
        "model_list:\n  # About both.\n  - model_name: a\n    litellm_params: {model: openai/a}\n\n  # About b.\n"
        "  - model_name: b\n    litellm_params: {model: openai/b}\n      # its last word\n\n  # About c and d.\n"
        "  - model_name: c\n    litellm_params: {model: openai/c}\n  - model_name: d\n    litellm_params: {model: openai/d}\n"
    )

    for name in ("b", "c"):
        opened = ModelFile.open(file)
        opened.remove(opened.endpoints_of(name))

    assert file.read_text() == (
        "model_list:\n  # About both.\n  - model_name: a\n    litellm_params: {model: openai/a}\n\n\n"
        "  # About c and d.\n  - model_name: d\n    litellm_params: {model: openai/d}\n"
    )


def test_the_last_model_leaves_an_empty_list_that_takes_a_model_again(file):
    text = "model_list: # all of them\n  - model_name: a\n    litellm_params: {model: openai/a}\nrouter_settings: {}\n"
    file.write_text(text)

    opened = ModelFile.open(file)
    opened.remove(list(opened.entries))
    assert file.read_text() == "model_list: [] # all of them\nrouter_settings: {}\n"

    ModelFile.open(file).add(NEW)
    assert [entry.name for entry in ModelFile.open(file).entries] == ["new"]


def test_a_file_without_an_end_of_line_gets_one(file):
    file.write_text("model_list:\n  - model_name: b\n    litellm_params: {model: openai/b}")

    ModelFile.open(file).add(NEW)

    assert "{model: openai/b}\n  - model_name: new\n" in file.read_text()


def test_a_byte_order_mark_stays(file):
    file.write_bytes(b"\xef\xbb\xbfmodel_list: []\n")

    ModelFile.open(file).add(NEW)

    assert file.read_bytes().startswith(b"\xef\xbb\xbfmodel_list:\n")
    assert len(ModelFile.open(file).entries) == 1


@pytest.mark.parametrize(
    "text",
    [
        "model_list: [{model_name: b, litellm_params: {model: openai/b}}]\n",
        "model_list: [{model_name: b,\n  litellm_params: {model: openai/b}}]\n",
        "{model_list: []}\n",
        "model_list: &all\n  - model_name: b\n    litellm_params: {model: openai/b}\nfiles_settings: *all\n",
    ],
)
def test_a_form_whose_lines_can_not_be_told_apart_is_left_alone(file, text):
    file.write_text(text)

    with pytest.raises(CannotEdit, match="change it in an editor"):
        ModelFile.open(file).add(NEW)

    assert file.read_text() == text
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_entry_that_others_share_from_is_not_removed(file):
    text = (
        "model_list:\n  - model_name: a\n    litellm_params: &p {model: openai/a}\n"
        "  - model_name: b\n    litellm_params: *p\n"
    )
    file.write_text(text)
    opened = ModelFile.open(file)

    with pytest.raises(CannotEdit):
        opened.remove(opened.endpoints_of("a"))

    assert file.read_text() == text


def test_a_model_that_others_fall_back_to_is_not_removed(file):
    text = "model_list:\n  - model_name: b\n    litellm_params: {model: openai/b}\nrouter_settings:\n  default_fallbacks: [b]\n"
    file.write_text(text)
    opened = ModelFile.open(file)

    with pytest.raises(CannotEdit, match="there is no model `b`"):
        opened.remove(opened.endpoints_of("b"))

    assert file.read_text() == text


def test_a_file_with_mistakes_is_not_changed(file):
    file.write_text("model_list: []\nfoo: 1\n")

    with pytest.raises(CatalogueInvalid, match="there is no section `foo`"):
        ModelFile.open(file)


def test_what_somebody_else_wrote_in_the_meantime_is_not_lost(file):
    file.write_text("model_list: []\n")
    opened = ModelFile.open(file)
    file.write_text("model_list: [] # mine\n")

    with pytest.raises(CannotEdit, match="changed in the meantime"):
        opened.add(NEW)

    assert file.read_text() == "model_list: [] # mine\n"


def test_a_link_stays_a_link_and_the_file_keeps_its_permissions(file, tmp_path):
    target = tmp_path / "elsewhere" / "real.yaml"
    target.parent.mkdir()
    target.write_text("model_list: []\n")
    target.chmod(0o640)
    file.symlink_to(target)

    ModelFile.open(file).add(NEW)

    assert file.is_symlink()
    assert "new" in target.read_text()
    assert target.stat().st_mode & 0o7777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["real.yaml"]


def test_readers_never_see_half_a_file(file):
    """Whoever has the old file open goes on with it; the new one is another file under the same name."""
    file.write_text("model_list: []\n")

    with file.open() as reader:
        ModelFile.open(file).add(NEW)

        assert reader.read() == "model_list: []\n"
        assert os.fstat(reader.fileno()).st_ino != file.stat().st_ino
