"""`portal models test` says line by line what is compatible and what is not."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from portal_server import served
from some_endpoint import NOBODY
from starlette.responses import JSONResponse, Response
from typer.testing import CliRunner, Result

from portal.cli import app
from portal.sample_endpoint import Options, create_app

pytestmark = pytest.mark.req("G9")

Change = Callable[[str, dict, Response], Response]


def try_it(*arguments: str, **environment: str) -> Result:
    """The tests may run against a LiteLLM that the environment names; a catalogue is tried without any part."""
    nothing = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "LITELLM_ADMIN_KEY", "LITELLM_API_ENDPOINT"))
    return CliRunner().invoke(app, ["models", "test", *arguments], env={**nothing, **environment})


def try_at(url: str, model: str = "sample-chat", *arguments: str, **environment: str) -> Result:
    return try_it("--url", f"{url}/v1", "--model", model, *arguments, **environment)


def verdicts(result: Result) -> dict[str, str]:
    lines = re.findall(r"^  . (ok|note|missing) +(\w[\w ]*?)  ", result.output, re.MULTILINE)
    return {what: verdict for verdict, what in lines}


class Changed:
    """The sample endpoint, whose answers a test changes."""

    def __init__(self, change: Change) -> None:
        self.app = create_app(Options())
        self.change = change

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked, said = [], []

        async def listen():
            asked.append(await receive())
            return asked[-1]

        async def keep(message):
            said.append(message)

        await self.app(scope, listen, keep)
        headers = dict(said[0]["headers"])
        answer = Response(
            b"".join(message.get("body", b"") for message in said[1:]),
            said[0]["status"],
            media_type=headers[b"content-type"].decode(),
        )
        body = b"".join(message.get("body", b"") for message in asked)
        request = json.loads(body) if body.startswith(b"{") else {}
        await self.change(scope["path"], request, answer)(scope, receive, send)


@pytest.fixture(scope="module")
def sample() -> Iterator[str]:
    with served(create_app(Options())) as url:
        yield url


@pytest.fixture
def changed() -> Iterator[Callable[[Change], str]]:
    with ExitStack() as stack:
        yield lambda change: stack.enter_context(served(Changed(change)))


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("sample-chat", "chat"),
        ("sample-reasoning", "chat"),
        ("sample-chat", "completion"),
        ("sample-embedding", "embedding"),
        ("sample-transcription", "audio_transcription"),
        ("sample-image", "image_generation"),
    ],
)
def test_sample_endpoint_is_compatible(sample, model, mode):
    result = try_at(sample, model, "--mode", mode)

    assert result.exit_code == 0, result.output
    assert set(verdicts(result).values()) == {"ok", "note"}
    assert verdicts(result)["answer"] == "ok"
    assert "Compatible." in result.output


def test_endpoint_of_the_catalogue_is_tried_with_the_key_of_the_catalogue(tmp_path):
    with served(create_app(Options(api_key="its-secret-key"))) as url:
        config = tmp_path / "config.yaml"
        params = {"model": "openai/sample-chat", "api_base": f"{url}/v1", "api_key": "os.environ/ITS_KEY"}
        config.write_text(json.dumps({"model_list": [{"model_name": "my-model", "litellm_params": params}]}))

        right = try_it("my-model", PORTAL_GATEWAY_CONFIG=str(config), ITS_KEY="its-secret-key")
        wrong = try_it("my-model", PORTAL_GATEWAY_CONFIG=str(config), ITS_KEY="another")
        unknown = try_it("your-model", PORTAL_GATEWAY_CONFIG=str(config), ITS_KEY="its-secret-key")

    assert right.exit_code == 0, right.output
    assert verdicts(right)["key"] == "ok"
    assert "its-secret-key" not in right.output
    assert (wrong.exit_code, verdicts(wrong)["key"]) == (1, "missing")
    assert unknown.exit_code == 1
    assert "my-model" in unknown.output


def test_key_comes_from_a_variable(sample):
    with served(create_app(Options(api_key="its-key"))) as url:
        assert try_at(url, "sample-chat", "--key-env", "ITS_KEY", ITS_KEY="its-key").exit_code == 0
        assert verdicts(try_at(url))["key"] == "missing"
    assert "ITS_KEY is not set" in try_at(sample, "sample-chat", "--key-env", "ITS_KEY").output
    assert "--mode must be one of chat," in try_at(sample, "sample-chat", "--mode", "chatting").output


def test_endpoint_that_nobody_runs_is_said_to_be_that():
    result = try_it("--url", NOBODY, "--model", "any")

    assert result.exit_code == 1
    assert verdicts(result) == {"reachable": "missing"}
    assert "refused" in result.output


def streams(change: Callable[[str], str], kind: str = "text/event-stream") -> Change:
    def apply(_: str, request: dict, answer: Response) -> Response:
        if not request.get("stream"):
            return answer
        return Response(change(answer.body.decode()), media_type=kind)

    return apply


def wholes(change: Callable[[dict], object]) -> Change:
    def apply(path: str, request: dict, answer: Response) -> Response:
        if request.get("stream") or not path.endswith("/completions") or answer.status_code != 200:
            return answer
        content = json.loads(answer.body)
        change(content)
        return JSONResponse(content)

    return apply


def refuses(status: int, when: Callable[[str, dict], bool]) -> Change:
    return lambda path, request, answer: Response("<html>", status) if when(path, request) else answer


def first_text_only(text: str) -> str:
    events = text.split("\n\n")
    return "\n\n".join(events[:2] + events[-3:])


@pytest.mark.parametrize(
    ("change", "what", "verdict", "says"),
    [
        (streams(lambda text: text.replace("data: [DONE]\n\n", "")), "stream", "missing", "[DONE]"),
        (streams(lambda text: text.replace("data: ", "")), "stream", "missing", "do not begin with"),
        (streams(lambda text: text.replace('"stop"', "null")), "stream", "missing", "finish_reason"),
        (streams(lambda text: text.replace("{", "<", 1)), "stream", "missing", "no JSON"),
        (streams(lambda text: text.replace('"delta"', '"message"')), "stream", "missing", "delta.content"),
        (streams(str, kind="application/json"), "stream", "missing", "application/json"),
        (streams(first_text_only), "stream", "note", "as one event"),
        (streams(lambda text: text.replace('"usage"', '"use"')), "usage in streams", "note", "no usage"),
        (refuses(400, lambda _, request: "stream_options" in request), "usage in streams", "missing", "refused (400)"),
        (refuses(400, lambda _, request: "stream" in request), "stream", "missing", "refused"),
        (wholes(lambda whole: whole.pop("usage")), "usage", "note", "usage.prompt_tokens"),
        (wholes(lambda whole: whole.pop("id")), "answer", "missing", "`id`"),
        (wholes(lambda whole: whole.update(choices=[])), "answer", "missing", "choices[0].message"),
        (refuses(500, lambda _, request: isinstance(request.get("messages"), str)), "errors", "missing", "500"),
        (refuses(422, lambda _, request: isinstance(request.get("messages"), str)), "errors", "note", "error.message"),
        (refuses(400, lambda _, request: "tools" in request), "tools", "note", "supports_function_calling"),
        (refuses(404, lambda path, _: path.endswith("/models")), "models", "note", "no list"),
        (refuses(502, lambda path, _: path.endswith("/completions")), "answer", "missing", "502"),
    ],
)
def test_what_is_not_compatible_is_named(changed, change, what, verdict, says):
    result = try_at(changed(change))

    assert verdicts(result)[what] == verdict, result.output
    assert says in result.output
    assert result.exit_code == (1 if verdict == "missing" else 0)


def test_model_that_the_endpoint_does_not_list_is_said(sample):
    result = try_at(sample, "sample-chatt")

    assert verdicts(result)["models"] == "note"
    assert "sample-chat," in result.output
