"""The page about the JSON API, made from the same OpenAPI document that programs read."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from portal.accounts.cookie import Visitor
from portal.core.settings import Settings
from portal.web.client_address import base_url
from portal.web.templating import Pages

Json = Mapping[str, Any]


class Field(NamedTuple):
    name: str
    type: str
    is_required: bool
    description: str


class Operation(NamedTuple):
    tag: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    status: str
    answer: list[Field]


class ApiDocsRoutes:
    def __init__(self, settings: Settings, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/api/docs", self.page, methods=["GET"], response_class=HTMLResponse)
        return router

    async def page(self, request: Request, _: Visitor) -> Response:
        operations = sorted(read_operations(request.app.openapi()), key=lambda one: one.tag)
        context = {
            "groups": [(tag, list(members)) for tag, members in groupby(operations, key=lambda one: one.tag)],
            "base_url": base_url(request, self._settings.public_url, self._settings.trusted_proxies),
        }
        return self._pages.render(request, "api_docs.html", context)


def read_operations(document: Json) -> Iterator[Operation]:
    """https://spec.openapis.org/oas/v3.1.0"""
    schemas = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            status, answer = next((code, one) for code, one in operation["responses"].items() if code.startswith("2"))
            said = " ".join(operation.get("description", "").split())
            yield Operation(
                tag=operation.get("tags", ["service"])[0],
                method=method.upper(),
                path=path,
                summary=said.partition(". ")[0].rstrip(".") or operation["summary"],
                description=said,
                parameters=[_parameter(one, schemas) for one in operation.get("parameters", ())],
                body=_fields(operation.get("requestBody", {}), schemas),
                status=status,
                answer=_fields(answer, schemas),
            )


def _parameter(parameter: Json, schemas: Json) -> Field:
    schema = parameter["schema"]
    text = parameter.get("description") or schema.get("description", "")
    return Field(parameter["name"], _type(schema, schemas), parameter.get("required", False), text)


def _fields(content: Json, schemas: Json) -> list[Field]:
    """Of an object; of a list of objects, those of one of them."""
    schema = _resolved(content.get("content", {}).get("application/json", {}).get("schema", {}), schemas)
    required = schema.get("required", ())
    return [
        Field(name, _type(one, schemas), name in required, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]


def _type(schema: Json, schemas: Json) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"“{value}”" for value in schema["enum"])
    if "const" in schema:
        return f"“{schema['const']}”"
    found = _resolved(schema, schemas)
    if found.get("type") == "array":
        return f"list of {_type(found.get('items', {}), schemas)}"
    if found is not schema:
        inner = ", ".join(found.get("properties", ()))
        return f"object: {inner}" if inner else _type(found, schemas)
    return " ".join(part for part in (found.get("format"), found.get("type", "anything")) if part)


def _resolved(schema: Json, schemas: Json) -> Json:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: Json = schemas[name] if name else schema
    return found
