"""Lets LiteLLM's 620 routes cost nothing until one is asked for.

FastAPI looks through the parameters of every route when it is declared, and once more, for all of them, when the first
request comes to an application that includes routers: two and one and a half seconds of processor time. Most are of
LiteLLM's administration and are never asked for. It also looks for the route of a request in each router in turn,
where LiteLLM expects to find its routes in one list, in which it puts those of completions first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route, WebSocketRoute, compile_path, get_name

# An application has its own.
OF_THE_ROUTER = "dependency_overrides_provider"


class LateRoute(APIRoute):
    """Has from the start what a request is matched with. It is built when anything else of it is asked for."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path = path
        self.endpoint = endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.name = options["name"] or get_name(endpoint)
        self.methods = {method.upper() for method in options["methods"] or ["GET"]}
        self.declared = {name: value for name, value in options.items() if name != OF_THE_ROUTER}
        self._build = partial(super().__init__, path, endpoint, **options)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there."""
        build = self.__dict__.pop("_build", None)
        if build is None:
            raise AttributeError(name)
        try:
            build()
        except BaseException:
            # A mistake in its declaration is said each time.
            self._build = build
            raise
        return getattr(self, name)


@contextmanager
def late_routes() -> Iterator[None]:
    """For routes that are declared, and routers that are included in an application, inside the block."""
    declare, include = APIRouter.add_api_route, FastAPI.include_router

    def declare_late(self: APIRouter, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        declare(self, path, endpoint, **{"route_class_override": LateRoute, **options})

    def include_flat(self: FastAPI, router: APIRouter, **options: Any) -> None:
        if options or not all(map(_stands_alone, router.routes)):
            include(self, router, **options)
            return
        for route in router.routes:
            if isinstance(route, LateRoute):
                # What the router left open is the application's to decide.
                self.router.add_api_route(route.path, route.endpoint, **route.declared)
            else:
                self.router.routes.append(route)

    APIRouter.add_api_route = declare_late  # type: ignore[method-assign]
    FastAPI.include_router = include_flat  # type: ignore[method-assign]
    try:
        yield
    finally:
        APIRouter.add_api_route = declare  # type: ignore[method-assign]
        FastAPI.include_router = include  # type: ignore[method-assign]


def _stands_alone(route: BaseRoute) -> bool:
    return isinstance(route, Route | WebSocketRoute)
