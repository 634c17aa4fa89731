"""An edit of the catalogue while the gateway runs."""

import httpx
import pytest
from gateway_under_test import SECRET, catalogue_of, until

pytestmark = pytest.mark.req("G6")


def save_in_place(file, text):
    file.write_text(text)


def save_like_an_editor(file, text):
    new = file.with_suffix(".swp")
    new.write_text(text)
    new.rename(file)


def save_like_kubernetes(file, text):
    """A ConfigMap is a link to a folder, which is another one after each change."""
    folder = file.parent / f"..{len(text)}"
    folder.mkdir()
    (folder / file.name).write_text(text)
    link = file.parent / "..new"
    link.symlink_to(folder / file.name)
    link.replace(file)


@pytest.mark.parametrize("save", [save_in_place, save_like_an_editor, save_like_kubernetes])
def test_saved_file_is_applied_however_it_is_written(gateway, save):
    save(gateway.file, catalogue_of("one", "another"))

    gateway.has("one", "another")


def test_file_that_is_wrong_is_refused_and_said_until_it_is_right(gateway, instances):
    before = gateway.ask()["pid"]
    gateway.file.write_text("model_list:\n  - model_name: [")
    refused = until(lambda: next((one for one in instances() if one.mistakes), None))

    assert gateway.ask()["pid"] == before
    assert refused.state == "ready"
    assert refused.mistakes[0].file == str(gateway.file)
    assert refused.mistakes[0].line

    gateway.write("one", "corrected")
    gateway.has("one", "corrected")
    assert until(lambda: [one.mistakes for one in instances()] == [()])


def test_file_that_is_away_for_a_moment_leaves_everything_running(gateway, instances):
    before = gateway.ask()["pid"]
    kept = gateway.file.rename(gateway.file.with_suffix(".away"))
    until(lambda: any(one.mistakes for one in instances()))
    kept.rename(gateway.file)
    until(lambda: not any(one.mistakes for one in instances()))

    assert gateway.ask()["pid"] == before


def test_gateway_does_not_start_with_a_wrong_file_and_names_it(make_gateway):
    gateway = make_gateway()
    gateway.file.write_text("model_list:\n  - model_name: [")
    gateway.start()

    assert gateway.process.wait(60) == 1
    assert f"{gateway.file}:" in gateway.said
    assert "Traceback" not in gateway.said


def test_edit_that_changes_nothing_starts_nothing(gateway):
    text = gateway.file.read_text()
    gateway.file.write_text(f"# A comment.\n{text}")
    gateway.file.write_text(f"# Another one.\n{text}")
    gateway.write("one", "next")
    gateway.has("one", "next")

    assert len(gateway.noted("starts")) == 2


def test_newest_of_many_edits_wins_and_no_worker_is_left_over(gateway):
    for number in range(4):
        gateway.write("one", "never-starts", f"edit-{number}")
        until(lambda number=number: len(gateway.noted("starts")) > number + 1)
    gateway.write("one", "edit-4")
    gateway.has("one", "edit-4")

    # Of the program they are forked from, and of the one that serves.
    until(lambda: len(gateway.process.children(recursive=True)) == 2)
    assert gateway.said.count("gateway.worker_overtaken") == 4


def test_going_back_to_what_is_served_ends_what_was_starting(gateway):
    before = gateway.ask()["pid"]
    gateway.write("one", "never-starts")
    until(lambda: len(gateway.noted("starts")) == 2)
    gateway.write("one")

    until(lambda: len(gateway.process.children(recursive=True)) == 2)
    assert gateway.ask()["pid"] == before


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("never-starts", "it was not ready after 8 seconds"),
        ("crashes", "it gave no reason"),
        ("is-refused", "ValueError: no such provider for … at … or elsewhere"),
    ],
)
def test_catalogue_that_litellm_does_not_start_with_is_said_and_the_old_one_goes_on(
    make_gateway, instances, model, reason
):
    gateway = make_gateway(start_seconds=8).start().wait_until_ready()
    before = gateway.ask()["pid"]
    gateway.write("one", model)
    mistakes = until(lambda: next((one.mistakes for one in instances() if one.mistakes), None))

    assert [str(one) for one in mistakes] == [f"{gateway.file}: LiteLLM does not start with it: {reason}"]
    assert gateway.ask()["pid"] == before

    gateway.write("one", "corrected")
    gateway.has("one", "corrected")
    assert until(lambda: [one.mistakes for one in instances()] == [()])


def test_first_start_that_fails_ends_the_gateway_with_the_reason(make_gateway):
    gateway = make_gateway()
    gateway.write("is-refused")
    gateway.start()

    assert gateway.process.wait(60) == 1
    assert "LiteLLM does not start: ValueError: no such provider" in gateway.said
    assert SECRET not in gateway.said.splitlines()[-1]


def test_edit_while_the_gateway_is_still_loading_is_the_one_it_starts_with(make_gateway):
    gateway = make_gateway().start(LOADS_FOR="2")
    until(lambda: gateway.noted("loads"))
    gateway.write("one", "edited")
    gateway.wait_until_ready()

    assert gateway.ask()["models"] == ["one", "edited"]
    assert "Traceback" not in gateway.said


def test_nobody_waits_in_the_queue_of_a_gateway_that_is_still_starting(make_gateway):
    gateway = make_gateway().start(LOADS_FOR="3")
    until(lambda: gateway.noted("loads"))

    with pytest.raises(httpx.ConnectError):
        gateway.ask()
    gateway.wait_until_ready()
