"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever."""

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "static"
HASH_LENGTH = 12
FOR_EVER = "public, max-age=31536000, immutable"


def content_hash(path: str) -> str:
    return _hash_of_version(path, (FOLDER / path).stat().st_mtime_ns)


@cache
def _hash_of_version(path: str, _modified_ns: int) -> str:
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:HASH_LENGTH]


def static(path: str) -> str:
    return f"/static/{path}?{content_hash(path)}"


def import_map() -> str:
    """Maps each module's plain address to the hashed one, so that modules importing modules are covered too."""
    modules = sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.js"))
    return json.dumps({"imports": {f"/static/{path}": static(path) for path in modules}})


class HashedStaticFiles(StaticFiles):
    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_hashed = response.status_code == 200 and scope["query_string"].decode() == content_hash(path)  # noqa: PLR2004
        response.headers["cache-control"] = FOR_EVER if is_hashed else "no-cache"
        return response
