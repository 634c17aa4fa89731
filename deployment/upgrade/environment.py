"""A Python environment with another LiteLLM, beside the one that is there; the tree's lock files stay as they are."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from deployment.upgrade.errors import CannotRehearse

ROOT = Path(__file__).parents[2]
LITELLM = "litellm[proxy]"
LOCK = "requirements.lock"
INSTALLERS = {"pip", "uv"}
UV = Path(sys.executable).with_name("uv")
GROUPS = ("build", "dev")
NO_VERSION = re.compile(r"there is no version of (\S+?)(?: and|,)")
NO_PACKAGE = re.compile(r"(\S+) was not found in the package registry.*? depends on (\S+?),")


@dataclass(frozen=True)
class Environment:
    python: Path

    def run(self, *arguments: str | Path, log: Path, variables: Mapping[str, str]) -> int:
        """The exit code; what it says is added to `log`."""
        with log.open("a") as output:
            return subprocess.run(
                [self.python, *arguments], cwd=ROOT, env=variables, stdout=output, stderr=output, check=False
            ).returncode

    def said(
        self, *arguments: str | Path, variables: Mapping[str, str], errors: IO[str] | int = subprocess.PIPE
    ) -> str:
        command = [self.python, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True, check=False
        )
        if done.returncode:
            reason = done.stderr[-3000:] if done.stderr else f"see {getattr(errors, 'name', 'above')}"
            raise CannotRehearse(f"{' '.join(map(str, arguments[:3]))} failed: {reason}")
        return done.stdout

    @property
    def packages(self) -> Path:
        (folder,) = self.python.parents[1].glob("lib/python*/site-packages")
        return folder

    def versions(self) -> dict[str, str]:
        return {found.name.lower(): found.version for found in distributions(path=[str(self.packages)])}


def current() -> Environment:
    return Environment(Path(sys.executable))


@dataclass(frozen=True)
class Locked:
    path: Path
    # Why ours stand in for the companions that it asks for.
    instead: str | None


def lock(version: str, folder: Path) -> Locked:
    """What this project would be locked to with that LiteLLM; every other package stays where the lock has it.

    As it asks for its companions or, where those are not there, with ours; `check_schema` tells whether they fit.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [line for name in GROUPS for line in project["dependency-groups"][name]]
    pins = [line for line in project["project"]["dependencies"] if not line.startswith(LITELLM)]
    # Below the tree uv would take the companions from its pyproject.toml in any case.
    with TemporaryDirectory() as name:
        aside = Path(name)
        (aside / "requirements.in").write_text("\n".join([f"{LITELLM}=={version}", *pins, *groups]))
        (aside / "companions.txt").write_text("\n".join(project["tool"]["uv"]["override-dependencies"]))
        refused = _compile(aside, folder)
        if refused and _compile(aside, folder, "--overrides", "companions.txt"):
            raise CannotRehearse(f"LiteLLM {version} can't be had: {reason_of(refused)}")
        shutil.copy(aside / LOCK, folder)
    return Locked(folder / LOCK, refused and reason_of(refused))


def _compile(aside: Path, folder: Path, *arguments: str) -> str | None:
    """What uv says against it."""
    shutil.copy(ROOT / "requirements-dev.lock", aside / LOCK)
    options = ("--generate-hashes", "--strip-extras", "--no-header", "--no-annotate", "--no-emit-index-url")
    files = ("requirements.in", "--output-file", LOCK)
    return _uv(folder, "pip", "compile", *files, "--python", sys.executable, *options, *arguments, cwd=aside)


def reason_of(said: str) -> str:
    if "Failed to fetch" in said:
        return "the package index can't be reached. Check the network, and UV_DEFAULT_INDEX where it is set."
    if found := NO_PACKAGE.search(said):
        return f"it asks for {found[2]}, and there is no package {found[1]} on the index."
    if found := NO_VERSION.search(said):
        name = found[1]
        return (
            "it is not on the index." if name.startswith(LITELLM) else f"it asks for {name}, which is not on the index."
        )
    return said


def install(locked: Path, folder: Path) -> Environment:
    environment = Environment(folder / "venv" / "bin" / "python")
    target = ("--python", str(environment.python))
    for command in (
        ("venv", "--quiet", "--clear", "--python", sys.executable, str(folder / "venv")),
        ("pip", "sync", *target, "--require-hashes", "--no-build", str(locked)),
        ("pip", "install", *target, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)),
    ):
        if refused := _uv(folder, *command):
            raise CannotRehearse(f"uv {' '.join(command[:2])} failed: {refused}")
    return environment


def check_schema(environment: Environment, version: str, instead: str) -> None:
    """Migrations and tables are the companion's, and the client is made from LiteLLM's own copy of the schema."""
    litellm, companion = (
        environment.packages / name / "schema.prisma" for name in ("litellm/proxy", "litellm_proxy_extras")
    )
    if litellm.read_bytes() != companion.read_bytes():
        extras = environment.versions()["litellm-proxy-extras"]
        raise CannotRehearse(
            f"LiteLLM {version} can't be had: {instead.rstrip('.')}; litellm-proxy-extras {extras}, which "
            "pyproject.toml names in such a case, has other tables."
        )


def _uv(folder: Path, *arguments: str, cwd: Path = ROOT) -> str | None:
    done = subprocess.run([UV, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    with (folder / "uv.log").open("a") as log:
        log.write(f"uv {' '.join(arguments)}\n{done.stderr}\n")
    return " ".join(done.stderr.split()) or f"it ended with {done.returncode}" if done.returncode else None


def differences(old: Environment, new: Environment) -> Sequence[tuple[str, str, str]]:
    before, after = old.versions(), new.versions()
    names = sorted((before.keys() | after.keys()) - INSTALLERS)
    return [
        (name, before.get(name, "-"), after.get(name, "-")) for name in names if before.get(name) != after.get(name)
    ]
