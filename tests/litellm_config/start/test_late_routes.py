"""Routes that are built late answer as those of FastAPI do, and those of LiteLLM can all be built."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, WebSocket
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel

from litellm_config.late_routes import LateRoute, late_routes

# Without looking for garbage, of which there is none, as where workers are forked.
LOADED = """
import gc, json, sys
gc.disable()
from litellm_config.serve import load
load()
loaded = set(sys.modules)
from litellm.proxy.proxy_server import app
from litellm_config.late_routes import LateRoute
late = [route for route in app.routes if isinstance(route, LateRoute)]
built = [route.path for route in late if "app" in vars(route)]
first = app.routes[0].path
for route in late:
    assert callable(route.app)
json.dump({"late": len(late), "built": built, "first": first, "types": "prisma.all_types" in loaded}, sys.stdout)
"""


class Item(BaseModel):
    name: str
    price: float = 1


def only_with_pass(x_pass: str = Header("")) -> None:
    if x_pass != "yes":
        raise HTTPException(403)


def some_application() -> FastAPI:
    router = APIRouter(prefix="/items", tags=["items"], dependencies=[Depends(only_with_pass)])
    nested = APIRouter(prefix="/all")
    nested.include_router(router)
    app = FastAPI(strict_content_type=False)

    @router.post("/{number}", status_code=201)
    def make(number: int, item: Item) -> Item:
        return Item(name=f"{item.name} {number}", price=item.price)

    @router.get("/{number}", response_model=Item, name="look")
    def get(number: int, more: int = 0) -> dict[str, object]:
        return {"name": f"{number} {more}", "secret": "left out"}

    @router.websocket("/{number}/socket")
    async def socket(websocket: WebSocket, number: int) -> None:
        await websocket.accept()
        await websocket.send_json(number)
        await websocket.close()

    app.include_router(router)
    app.include_router(router, prefix="/more", dependencies=[Depends(only_with_pass)])
    app.include_router(nested)
    return app


def answers(app: FastAPI) -> list[object]:
    client = TestClient(app, headers={"x-pass": "yes"})
    requests: list[Callable[[], object]] = [
        lambda: client.post("/items/3", json={"name": "a"}),
        # Not said to be JSON, which the application allows and the router leaves open.
        lambda: client.post("/items/3", content=b'{"name": "a"}'),
        lambda: client.post("/items/x", json={"name": "a"}),
        lambda: client.post("/items/3", json={"price": "much"}),
        lambda: client.get("/items/3?more=1"),
        lambda: client.head("/items/3"),
        lambda: client.put("/items/3"),
        lambda: client.get("/items/3", headers={"x-pass": "no"}),
        lambda: client.get("/more/items/3"),
        lambda: client.post("/all/items/3", json={"name": "a"}),
        lambda: client.get("/nothing"),
    ]
    said: list[object] = [
        (reply.status_code, reply.text, reply.headers.get("allow")) for reply in (r() for r in requests)
    ]
    with client.websocket_connect("/items/5/socket") as socket:
        said.append(socket.receive_json())
    said.append(app.url_path_for("look", number=4))
    said.append(app.openapi())
    return said


def test_late_routes_answer_as_fastapi_does() -> None:
    usual = answers(some_application())
    with late_routes():
        app = some_application()
    late = [route for route in app.routes if isinstance(route, LateRoute)]
    unbuilt = ["app" not in vars(route) for route in late]

    assert unbuilt == [True, True]
    assert answers(app) == usual
    assert 201 in {said[0] for said in usual if isinstance(said, tuple)}


def test_routes_outside_are_fastapis_own() -> None:
    for block in (late_routes, nullcontext):
        with block():
            pass
        assert not any(isinstance(route, LateRoute) for route in some_application().routes)


def test_a_mistake_in_a_route_is_said_when_it_is_asked_for() -> None:
    with late_routes():
        app = FastAPI()

        @app.get("/", status_code=204)
        def broken() -> Item:
            return Item(name="a body where none is allowed")

    for _ in range(2):
        with pytest.raises(AssertionError, match="must not have a response body"):
            _ = app.routes[-1].app


def test_litellm_loads_little_of_what_it_has(tmp_path: Path) -> None:
    """Its start takes half of the time for that; an upgrade that loads more of it is to be noticed."""
    # Nothing connects while it loads. The folder is the one in which workers count for /metrics.
    ours = {"LITELLM_MASTER_KEY": "sk-1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    environment = {**os.environ, **ours, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}

    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["late"] > 500
    assert found["built"] == []
    assert found["first"] == "/chat/completions"
    assert found["types"] is False


def test_two_threads_may_make_applications_at_once() -> None:
    def make(_: int) -> list[type]:
        with late_routes():
            return [type(route) for route in some_application().routes if isinstance(route, APIRoute)]

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, range(16)))

    assert made == [[LateRoute, LateRoute]] * 16
    assert not any(isinstance(route, LateRoute) for route in some_application().routes)
