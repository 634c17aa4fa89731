"""What `/documentation` promises: its code runs, its numbers and errors are those of the platform."""

import html
import os
import re
import subprocess
import sys
import wave
from pathlib import Path

import httpx
import pytest
from node_package import openai_for_node
from published import SAMPLES, Shelf

from litellm_config.catalogue import Card
from litellm_config.database.packages import node_program
from portal.catalogue.api_errors import ERRORS
from portal.catalogue.documentation import TOPICS
from portal.catalogue.examples import LANGUAGES, examples_of
from portal.gateway import complaints, errors

pytestmark = pytest.mark.req("G1")

ENDINGS = {"python": "py", "javascript": "mjs", "curl": "sh"}
# On the pages of models of these kinds, of which the sample endpoint has none under a name of its own.
OTHER_TOPICS = ("completion", "responses")
EXAMPLES = [(topic, language.name) for topic in (*TOPICS, *OTHER_TOPICS) for language in LANGUAGES]
SECONDS = 120

# One process for all examples of a language, because loading the SDK takes longer than calling the API.
RUN_PYTHON = """
import runpy, sys, traceback
for file in sys.argv[1:]:
    print(f"=== {file}", flush=True)
    try:
        runpy.run_path(file)
    except BaseException:
        print("FAILED", traceback.format_exc())
"""
RUN_JAVASCRIPT = """
for (const file of process.argv.slice(2)) {
  console.log(`=== ${file}`);
  try {
    await import(`./${file}`);
  } catch (error) {
    console.log("FAILED", error);
  }
}
"""


def text_of(code: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", code))


def examples_on(page: str) -> dict[tuple[str, str], str]:
    """What the copy button of each example copies."""
    found = {}
    for section in re.findall(r'<section class="documentation__topic.*?</section>', page, re.DOTALL):
        topic = re.search(r'id="([\w-]+)"', section)[1]
        codes = re.findall(r"<code data-copy-text>(.*?)</code>", section, re.DOTALL)
        languages = re.findall(r'data-language="(\w+)"', section)
        found |= {(topic, language): text_of(code) for language, code in zip(languages, codes, strict=True)}
    return found


@pytest.fixture(scope="module")
def examples(shelf: Shelf) -> dict[tuple[str, str], str]:
    shelf.put()
    found = examples_on(httpx.get(f"{shelf.url}/documentation", timeout=60).text)
    models = {"completion": "sample-chat", "responses": "sample-chat"}
    base_url = f"{shelf.url}/api/v1"
    for topic in OTHER_TOPICS:
        shown = examples_of(
            topic,
            base_url,
            dict.fromkeys(("chat", "embedding", "image_generation", "audio_transcription"), "") | models,
        )
        found |= {(topic, example.language): text_of(example.html) for example in shown}
    return found


@pytest.fixture(scope="module")
def outputs(examples, api_key: str, tmp_path_factory) -> dict[tuple[str, str], str]:
    folder = tmp_path_factory.mktemp("examples")
    (folder / "node_modules").symlink_to(openai_for_node())
    with wave.open(str(folder / "speech.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    for (topic, language), code in examples.items():
        (folder / f"{topic}.{ENDINGS[language]}").write_text(code)
    (folder / "run.py").write_text(RUN_PYTHON)
    (folder / "run.mjs").write_text(RUN_JAVASCRIPT)
    environment = {"PATH": os.environ["PATH"], "API_KEY": api_key}

    def run(*command: str | Path) -> str:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout

    def files(ending: str) -> list[str]:
        return sorted(file.name for file in folder.glob(f"*.{ending}") if file.stem != "run")

    output = run(sys.executable, "run.py", *files("py")) + run(node_program(), "run.mjs", *files("mjs"))
    for file in files("sh"):
        output += f"=== {file}\n{run('sh', '-e', file)}\n"
    names = {ending: language for language, ending in ENDINGS.items()}
    return {
        (topic, names[ending]): said
        for topic, ending, said in re.findall(
            r"^=== ([\w-]+)\.(\w+)\n(.*?)(?=^=== |\Z)", output, re.DOTALL | re.MULTILINE
        )
    }


SAID = {
    "chat": "Hello!",
    "streaming": "1",
    "tools": "weather",
    "structured": "name",
    "embeddings": '256 numbers|"embedding"',
    "images": "lighthouse.png|b64_json",
    "audio": "sample transcript",
    "models": "sample-chat",
    "caching": "x-cache|HTTP/1.1 200",
    "errors": "404.*model_not_found",
    "timeouts": "Hello!",
    "request-ids": "order-4711",
    "completion": "Once upon a time",
    "responses": "Hello!",
}


@pytest.mark.parametrize(("topic", "language"), EXAMPLES, ids=lambda one: one)
def test_example_on_the_page_runs(outputs, topic: str, language: str):
    said = outputs[topic, language]

    assert "FAILED" not in said
    assert re.search(SAID[topic], said, re.DOTALL), said


def test_every_topic_has_every_language(examples):
    assert set(examples) == set(EXAMPLES)


def test_code_follows_the_chosen_model_without_scripts(samples: Shelf, reader):
    chosen = examples_on(reader.get("/documentation", params={"model": "sample-reasoning"}).text)
    unknown = examples_on(reader.get("/documentation", params={"model": "<script>"}).text)

    assert '"sample-reasoning"' in chosen["chat", "python"]
    assert '"sample-chat"' in unknown["chat", "python"]


def test_code_has_the_address_and_the_limits_of_this_platform(portal_with, browse):
    with portal_with(public_url="https://chat.example", permissionless_requests_per_minute=7777) as server:
        page = browse(server.url).get("/documentation").text

    assert 'base_url="https://chat.example/api/v1"' in examples_on(page)["chat", "python"]
    assert "7,777" in page
    assert "Without an account (you)" in page


def test_name_of_a_model_is_text_in_the_code(shelf: Shelf, reader):
    shelf.put([Card(id="<img src=x>", name="<b>")])
    page = reader.get("/documentation").text
    shelf.put(SAMPLES)

    assert "<img src=x>" not in page
    assert '"<img src=x>"' in examples_on(page)["chat", "python"]


@pytest.mark.req("G10")
def test_table_names_every_error_of_the_gateway_and_no_other():
    source = "".join(Path(module.__file__).read_text() for module in (errors, complaints))
    answered = {(int(status), code) for status, code in re.findall(r'ApiError\(\s*(\d{3}),\s*"(\w+)"', source)}

    assert {(row.status, row.code) for row in ERRORS} == answered


@pytest.mark.req("G11")
def test_time_a_model_has_is_the_one_of_the_door(portal_with, browse):
    with portal_with(api_first_byte_timeout=240) as server:
        assert "within 4 minutes" in browse(server.url).get("/documentation").text


def test_reader_with_an_account_sees_which_limits_are_theirs(member):
    assert "With an account (you)" in member().client.get("/documentation").text
