"""Where the programs are that come inside Python packages."""

import importlib.util
from pathlib import Path

from portal.up.errors import PartFailed


def packaged_executable(package: str, *path: str) -> Path:
    """Found without importing the package, which may do more at import than we want."""
    found = importlib.util.find_spec(package)
    if not found or not found.origin:
        raise PartFailed(f"The Python package {package} is not installed: install requirements.lock.")
    return Path(found.origin).parent.joinpath(*path)
