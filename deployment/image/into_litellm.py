"""Puts our gateway into LiteLLM's image, once, while the image is built; says what is wrong and ends where it can't.

Run as root by the Python of LiteLLM, with the folder that has our packages in `packages`. LiteLLM's own packages stay
as they are and are found first; ours only fill the gaps.
"""

import compileall
import os
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from py_compile import PycInvalidationMode

USER = 10001
SITE = Path(sysconfig.get_path("purelib"))
# What a worker of the gateway does before it serves.
PROGRAM = """
import os, tempfile
import portal.cli, litellm_config.running.gateway
from litellm_config.serve import load
with tempfile.TemporaryDirectory() as folder:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    load()
"""


def main(folder: Path) -> None:
    packages = folder / "packages"
    check_python(packages)
    (SITE / "portal.pth").write_text(f"{packages}\n")
    sys.path.append(str(packages))
    check_litellm()
    link_engine(folder / "query-engine")
    keep_client(folder / "query-engine")
    # The image has no bytecode, and its user can't write any: every start would compile all of LiteLLM again.
    compileall.compile_dir(SITE, quiet=2, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    try_load(folder)


def check_python(packages: Path) -> None:
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}-"
    if not any(tag in file.name for file in packages.rglob("*.so")):
        stop(
            f"LiteLLM's image has Python {sys.version.split()[0]}: build with LITELLM_PYTHON of the same minor version"
        )


def check_litellm() -> None:
    from importlib.metadata import requires  # noqa: PLC0415 - our packages can be found only now

    wanted = next(text for text in requires("akashchat-portal") or [] if text.startswith("litellm"))
    installed = version("litellm")
    if not wanted.endswith(f"=={installed}"):
        stop(f"the image has LiteLLM {installed}, and this version of the platform is made for {wanted}")


def link_engine(link: Path) -> None:
    """The native engine that LiteLLM's authors put into the image, under a name that does not change."""
    from prisma.client import BINARY_PATHS  # noqa: PLC0415 - it takes seconds

    for path in BINARY_PATHS.query_engine.values():
        link.unlink(missing_ok=True)
        link.symlink_to(path)
        if link.exists() and as_user(str(link), "--version").returncode == 0:
            return
    stop("the image has no query engine of Prisma that its user may run")


def keep_client(engine: Path) -> None:
    """LiteLLM's own client of its database stays, if it is the one of the tables that our migrations make."""
    from litellm_config.database.client import (  # noqa: PLC0415 - as above
        ENGINE_ATTRIBUTE,
        ensure_client,
        fingerprint,
        litellm_schema,
        package_folder,
        stamp,
        tables,
    )

    package, schema = package_folder("prisma"), litellm_schema()
    if tables(package / "schema.prisma") != tables(schema):
        stop("the image's client of the database was made from other tables than litellm_proxy_extras has")
    # That of an older prisma has the attribute, and is left as it is.
    if "_internal_engine" not in (package / "_base_client.py").read_text():
        return
    module = package / "client.py"
    module.write_text(module.read_text() + ENGINE_ATTRIBUTE)
    stamp(package).write_text(fingerprint(schema))
    # Whatever else is done to a client of ours, while it can be written.
    ensure_client({**os.environ, "PRISMA_QUERY_ENGINE_BINARY": str(engine)})


def try_load(folder: Path) -> None:
    environment = {**os.environ, "HOME": "/tmp", "PRISMA_QUERY_ENGINE_BINARY": str(folder / "query-engine")}  # noqa: S108
    if as_user(sys.executable, "-c", PROGRAM, environment=environment).returncode:
        stop("the gateway can't be loaded in this image")


def as_user(*command: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd="/tmp", user=USER, group=USER, env=environment, check=False)  # noqa: S108


def stop(message: str) -> None:
    raise SystemExit(f"The gateway's image can't be built: {message}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
