"""The data folder of a `portal up`, as its own commands and those beside it see it.

Light, because every command loads it.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

DATA_DIR = Path(".portal")
LOCK = "lock"
RUN_FILE = "run.json"
# What `run.json` says, by the variable that says it to the parts.
VARIABLES = {
    "DATABASE_URL": "database_url",
    "REDIS_URL": "redis_url",
    "LITELLM_API_ENDPOINT": "gateway_url",
    "SAMPLE_ENDPOINT_URL": "sample_endpoint_url",
}

DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Data folder of the `portal up` beside which this runs; .portal if not given."),
]


def told_by(folder: Path) -> dict[str, str]:
    """Nothing while it is starting."""
    try:
        run: dict[str, Any] = json.loads((folder / RUN_FILE).read_text())
        key = Path(run["admin_key_file"]).read_text().strip() if run["admin_key_file"] else None
    except FileNotFoundError:
        return {}
    told = {variable: run[name] for variable, name in VARIABLES.items() if run[name]}
    return told | ({"LITELLM_ADMIN_KEY": key} if key else {})


def is_running(folder: Path) -> bool:
    """Whoever runs on it holds its lock; what a run that was killed has left there says nothing."""
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def why_nothing(folder: Path) -> str:
    try:
        if not is_running(folder):
            return (
                f"Nothing runs on the data folder {folder}: start the platform with `portal up` (`make up`), name its "
                "folder with --data-dir, or set DATABASE_URL, REDIS_URL and LITELLM_ADMIN_KEY."
            )
        if not told_by(folder):
            return f"`portal up` on {folder} is still starting: try again when it says that everything is ready."
    except OSError as error:
        return unreadable(folder, error)
    return f"The `portal up` on {folder} was given LITELLM_ADMIN_KEY by its environment: set it here too."


def unreadable(folder: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"The data folder {folder} cannot be read ({reason}): run this as the user who runs `portal up`."
