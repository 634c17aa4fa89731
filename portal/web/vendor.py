"""Puts what other people wrote for browsers into `static/vendor`, with npm, once per version of its lock file.

The packages are named and locked in `portal/vendor`. The folder appears by a rename when it is whole, so what is there
needs no check and no network. Only the files that pages load are kept, each with its licence.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from litellm_config.database.errors import PackageMissing
from litellm_config.database.npm import NpmFailed, install_locked
from litellm_config.database.packages import only_one_process
from portal.web.static_files import FOLDER as STATIC

SOURCES = Path(__file__).parents[1] / "vendor"
SOURCE_NAMES = ("package.json", "package-lock.json", ".npmrc")
FOLDER = STATIC / "vendor"
STAMP = ".installed"
# Where each file comes from in `node_modules`.
FILES = {
    "highlight.js": "@highlightjs/cdn-assets/es/highlight.min.js",
    "katex.js": "katex/dist/katex.min.js",
    "marked.js": "marked/lib/marked.esm.js",
    "purify.js": "dompurify/dist/purify.es.mjs",
    "highlight.LICENSE.txt": "@highlightjs/cdn-assets/LICENSE",
    "katex.LICENSE.txt": "katex/LICENSE",
    "marked.LICENSE.txt": "marked/LICENSE",
    "purify.LICENSE.txt": "dompurify/LICENSE",
}


class VendorNotInstalled(Exception):
    pass


def ensure_vendor(environment: Mapping[str, str]) -> None:
    """Safe to call from many processes at once; raises VendorNotInstalled."""
    if is_installed():
        return
    try:
        with only_one_process(SOURCES / ".lock"):
            if not is_installed():
                _install(environment)
    except (NpmFailed, PackageMissing) as error:
        raise VendorNotInstalled(
            f"The scripts that the chat needs are not installed: {error}. Run `portal assets` with access to an npm "
            f"registry (npm's own settings, such as NPM_CONFIG_REGISTRY or HTTPS_PROXY, are followed), or copy the "
            f"folder {FOLDER} from a machine where it was installed."
        ) from error
    except OSError as error:
        raise VendorNotInstalled(
            f"The scripts that the chat needs cannot be written to {FOLDER}: {error.strerror}. "
            "Run `portal assets` as somebody who may write there."
        ) from error


def is_installed() -> bool:
    stamp = FOLDER / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


def _fingerprint() -> str:
    return hashlib.sha256((SOURCES / "package-lock.json").read_bytes() + repr(FILES).encode()).hexdigest()


def _install(environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=SOURCES) as workplace:
        for name in SOURCE_NAMES:
            shutil.copy(SOURCES / name, workplace)
        install_locked(Path(workplace), environment)
        new = Path(workplace) / "vendor"
        new.mkdir()
        for name, source in FILES.items():
            shutil.copy(Path(workplace) / "node_modules" / source, new / name)
        (new / STAMP).write_text(_fingerprint())
        if FOLDER.exists():
            FOLDER.rename(Path(workplace) / "old")
        new.rename(FOLDER)
