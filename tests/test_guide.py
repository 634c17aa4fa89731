"""`docs/guides/model-integration.md`, command by command."""

import ast
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from litellm_config.catalogue import read_catalogue
from portal.cli import models_app

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "guides" / "model-integration.md").read_text()
SHIPPED = ROOT / "litellm_config" / "config.yaml"
# Every other test stands on `portal up`, which is what it runs.
ELSEWHERE = {"make up", ". .venv/bin/activate"}
LASTING = ("portal sample-endpoint ", "python my_endpoint.py ", "ENDPOINT_API_KEY=")
PORTS = ("4200", "4201")
START_SECONDS = 60

pytestmark = pytest.mark.req("G9")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


class Terminal:
    """A folder with the program `portal`, a catalogue of its own, and the variables that were exported so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = folder / "config.yaml"
        self.catalogue.write_bytes(SHIPPED.read_bytes())
        (folder / "portal").symlink_to(ROOT / "portal")
        programs = folder / "bin"
        programs.mkdir()
        for name, module in (("portal", "-m portal.cli"), ("python", "")):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {module} "$@"\n')
            program.chmod(0o755)
        self.variables = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PORTAL_GATEWAY_CONFIG": str(self.catalogue),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def run(self, command: str) -> None:
        if command.startswith("export "):
            name, value = command.removeprefix("export ").split("=")
            self.variables[name] = value
            return
        done = subprocess.run(
            ["sh", "-c", command],
            check=False,
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def start(self, command: str) -> None:
        """In the background, until somebody listens at the port that it names."""
        process = subprocess.Popen(["sh", "-c", in_place_of_the_shell(command)], cwd=self.folder, env=self.variables)
        self.running.append(process)
        port = int(re.findall(r" (\d{4,5})\b", command)[-1])
        deadline = time.monotonic() + START_SECONDS
        while not listens(port):
            assert process.poll() is None, f"{command} has ended"
            assert time.monotonic() < deadline, f"nobody listens at {port}: {command}"
            time.sleep(0.1)

    def close(self) -> None:
        for process in self.running:
            process.terminate()
            process.wait(timeout=60)


def in_place_of_the_shell(command: str) -> str:
    """So that ending the shell ends the program."""
    variables = re.match(r"(?:\w+=\S+ )*", command)[0]
    return f"{variables}exec {command.removeprefix(variables)}"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_every_command_of_the_guide_works(terminal: Terminal):
    ports = {port: free_port() for port in PORTS}
    commands = [line for block in blocks("sh") for line in block.splitlines() if line not in ELSEWHERE]
    known = {command.name or command.callback.__name__ for command in models_app.registered_commands}

    for written in commands:
        command = re.sub(r"\b420[01]\b", lambda port: ports[port[0]], written)
        if command.startswith(LASTING):
            terminal.start(command)
        elif not command.startswith("portal models test") or "test" in known:
            terminal.run(command)

    assert len(terminal.running) == 2
    assert terminal.catalogue.read_bytes() == SHIPPED.read_bytes()


def test_the_packages_of_the_endpoint_are_named():
    """Python names the first that is missing, and python-multipart only once a form arrives."""
    tree = ast.parse((ROOT / "portal" / "sample_endpoint.py").read_text())
    imported = {node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        name.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    # Starlette comes with FastAPI, which needs python-multipart for forms.
    needed = imported - set(sys.stdlib_module_names) - {"starlette"} | {"python-multipart"}

    (install,) = re.findall(r"pip install (.+)", GUIDE)
    assert set(install.split()) == needed


def test_the_entry_in_the_guide_is_the_one_that_is_written(terminal: Terminal):
    add = next(line for block in blocks("sh") for line in block.splitlines() if line.startswith("portal models add"))
    terminal.run(add)

    assert next(block for block in blocks("yaml") if "my-model" in block) in terminal.catalogue.read_text()


def test_everything_else_to_be_written_into_the_file_is_right(tmp_path: Path):
    entries = [block for block in blocks("yaml") if block.startswith("  - model_name")]
    (settings,) = (block for block in blocks("yaml") if block.startswith("router_settings"))
    (card,) = (block for block in blocks("yaml") if block.startswith("    model_info"))
    sample = "  - model_name: sample-chat\n    litellm_params: {model: openai/s}\n"
    file = tmp_path / "config.yaml"
    file.write_text("model_list:\n" + sample + card + "".join(entries) + settings)

    catalogue = read_catalogue(file, {"MY_MODEL_KEY": "key", "ANTHROPIC_API_KEY": "key"})

    assert yaml.safe_load(card)["model_info"]["tokenLimit"] == catalogue.cards[0].token_limit
    assert [endpoint.model for endpoint in catalogue.endpoints] == ["sample-chat", "my-model", "claude"]
    assert catalogue.warnings == ()
