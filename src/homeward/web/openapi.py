"""The OpenAPI 3.1 document, from the table of routes and the types of its handlers.

`python -m homeward.web.openapi` prints it; docs/openapi.json is what it printed last.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec

from homeward.model import Secret
from homeward.web.problems import Problem
from homeward.web.routes import ROUTES, Route

_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """The whole document."""
    kinds = [kind for route in routes for name, kind in route.types.items() if name in ("query", "body", "return")]
    schemas, components = _schemas([Problem, *kinds])
    by_kind = dict(zip(map(repr, kinds), schemas[1:], strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_kind, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Homeward", "version": version("homeward"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": _content("What went wrong", schemas[0], "application/problem+json")},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def render(routes: Sequence[Route] = ROUTES) -> bytes:
    """The document as it is committed."""
    return msgspec.json.format(msgspec.json.encode(document(routes)), indent=2) + b"\n"


def _operation(route: Route, schemas: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    types = route.types
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary}
    if parameters := [*_path_parameters(route.path), *_query_parameters(types.get("query"), components)]:
        operation["parameters"] = parameters
    if "body" in types:
        content = _content("", schemas[repr(types["body"])])["content"]
        operation["requestBody"] = {"required": True, "content": content}
    answer = None if route.status == HTTPStatus.NO_CONTENT else schemas[repr(types["return"])]
    operation["responses"] = {
        str(route.status): _content(HTTPStatus(route.status).phrase, answer),
        "default": {"$ref": "#/components/responses/Problem"},
    }
    operation["security"] = [{"token": []}] if route.role else []
    if route.role:
        operation["description"] = f"Needs the role {route.role}."
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(kind: Any, components: dict[str, Any]) -> list[dict[str, Any]]:
    shape = components[kind.__name__] if kind else {"properties": {}}
    return [
        {"name": name, "in": "query", "required": name in shape["required"], "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _content(description: str, schema: Any, kind: str = "application/json") -> dict[str, Any]:
    response: dict[str, Any] = {"description": description}
    return response if schema is None else response | {"content": {kind: {"schema": schema}}}


def _schemas(kinds: Sequence[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    return msgspec.json.schema_components(kinds, schema_hook=_secret, ref_template=_REF)


def _secret(kind: type) -> dict[str, Any]:
    if kind is Secret:
        return {"type": "string", "format": "password"}
    raise NotImplementedError


if __name__ == "__main__":
    sys.stdout.buffer.write(render())
