from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from homeward.web import openapi
from homeward.web.routes import ROUTES
from tests.web.house import WebHouse

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT = openapi.document()


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_bytes() == openapi.render(), "python -m homeward.web.openapi > docs/openapi.json"


async def test_the_server_hands_out_the_committed_document_to_anyone() -> None:
    answer = await WebHouse().client(None).get("/api/v1/openapi.json")
    assert answer.json() == json.loads(COMMITTED.read_bytes())


def test_every_operation_is_in_it_once() -> None:
    operations = [op["operationId"] for path in DOCUMENT["paths"].values() for op in path.values()]
    assert sorted(operations) == sorted(route.name for route in ROUTES)


def test_it_has_the_shape_of_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            declared = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            assert declared == re.findall(r"{(\w+)}", path)
            assert all({"name", "in", "schema"} <= set(p) for p in operation.get("parameters", []))
            assert all(status == "default" or re.fullmatch(r"2\d\d", status) for status in operation["responses"])
            assert all("description" in response or "$ref" in response for response in operation["responses"].values())


def test_every_reference_leads_somewhere() -> None:
    references = set(_references(DOCUMENT))
    assert references
    for reference in references:
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_what_needs_a_token_says_so() -> None:
    for route in ROUTES:
        operation = DOCUMENT["paths"][route.path][route.method.lower()]
        assert operation["security"] == ([{"token": []}] if route.role else [])


def test_a_secret_is_described_as_one() -> None:
    password = DOCUMENT["components"]["schemas"]["NewAccount"]["properties"]["password"]
    assert password == {"type": "string", "format": "password"}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)
