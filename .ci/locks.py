"""Prove that the lock files are complete: nothing in an installation is resolved or built.

- Each Python and platform that README names has a wheel for every package, by the index, without installing it.
- An index with a newer release of every package that is asked for with an extra changes nothing.
- What is installed here is what the lock lists, and its requirements are met.

Run by the Python of `.venv`, after `make .venv/dev`. Asks the package index.
"""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions
from pathlib import Path
from threading import Thread

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

UV = Path(sys.executable).parent / "uv"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
# import-linter, as old as LiteLLM's pin of rich makes it, asks for a grimp that has no wheel there.
EXCEPTIONS = {(DEV, "3.14", "aarch64-manylinux_2_28")}
NEWER = "9999.0"


def main() -> None:
    failures = [*check_wheels(), *check_installed(), *check_newer_releases()]
    sys.exit("\n".join(failures) or None)


def check_wheels() -> Iterator[str]:
    for lock in (RUNTIME, DEV):
        print(f"\n{lock}: a wheel for every package\n")  # noqa: T201
        print("| Python |", *(f"{platform} |" for platform in PLATFORMS))  # noqa: T201
        print("|---" * (len(PLATFORMS) + 1) + "|")  # noqa: T201
        for python in PYTHONS:
            reasons = {platform: missing_wheels(lock, python, platform) for platform in PLATFORMS}
            print(f"| {python} |", *("no |" if reason else "yes |" for reason in reasons.values()))  # noqa: T201
            for platform, reason in reasons.items():
                if bool(reason) != ((lock, python, platform) in EXCEPTIONS):
                    yield f"{lock} on Python {python}, {platform}: {reason or 'has all wheels now'}"


def missing_wheels(lock: str, python: str, platform: str) -> str:
    with tempfile.TemporaryDirectory() as empty:
        where = ("--python-version", python, "--python-platform", platform, "--target", empty)
        done = run("pip", "sync", "--dry-run", "--require-hashes", "--no-build", *where, lock)
    return done.stderr if done.returncode else ""


def check_installed() -> Iterator[str]:
    wanted = {**pins(DEV), **pins("requirements-uv.lock")}
    # pip comes with the environment, and the project itself is no package of the lock.
    found = {canonicalize_name(one.name): one.version for one in distributions()}
    found = {name: version for name, version in found.items() if name not in {"pip", "akashchat-portal"}}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield f"{name}: {wanted.get(name)} is locked, {found.get(name)} is installed"
    done = run("pip", "check", "--python", sys.executable)
    if done.returncode:
        yield done.stderr


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock file has for this machine, by name."""
    lines = [line.rstrip(" \\") for line in Path(lock).read_text().splitlines() if line[0].isalnum()]
    here = default_environment()
    asked = [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate({**here})]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in asked}


def check_newer_releases() -> Iterator[str]:
    locked = pins(RUNTIME)
    names = sorted(asked_with_extras() & locked.keys())
    print(f"\nAn index with {NEWER} of {', '.join(names)}\n")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder, newer_releases(names, Path(folder)) as index:
        settings = ("--index", index, "--index-strategy", "unsafe-best-match")
        resolved = run("pip", "compile", *settings, "--no-deps", "-", given="\n".join(names))
        if resolved.stdout.count(f"=={NEWER}") != len(names):
            yield f"The newer releases were not seen, so this check shows nothing: {resolved.stderr}"
        environment = Path(folder) / "environment"
        run("venv", str(environment))
        python = ("--python", str(environment))
        installed = run("pip", "sync", *python, *settings, "--require-hashes", "--no-build", RUNTIME)
        frozen = dict(line.split("==") for line in run("pip", "freeze", *python).stdout.split())
        if frozen != locked:
            differing = sorted(frozen.items() ^ locked.items())
            yield f"Beside newer releases, the lock installs something else: {differing} {installed.stderr}"


def asked_with_extras() -> set[str]:
    asked = [Requirement(text) for one in distributions() for text in one.requires or []]
    return {canonicalize_name(one.name) for one in asked if one.extras}


@contextmanager
def newer_releases(names: list[str], folder: Path) -> Iterator[str]:
    """The address of an index (PEP 503) that has one new and empty release of each."""
    for name in names:
        page = folder / "simple" / name
        page.mkdir(parents=True)
        wheel = page / f"{name.replace('-', '_')}-{NEWER}-py3-none-any.whl"
        write_wheel(wheel, name)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (page / "index.html").write_text(f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def write_wheel(path: Path, name: str) -> None:
    info = f"{name.replace('-', '_')}-{NEWER}.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {NEWER}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: locks\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{file},sha256={digest(text)},{len(text)}\n" for file, text in files.items()]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    return subprocess.run([UV, *arguments], input=given, capture_output=True, text=True, env=environment, check=False)


if __name__ == "__main__":
    main()
