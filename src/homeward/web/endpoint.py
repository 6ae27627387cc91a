"""From a request to a handler's arguments, and from its result to a response."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from homeward.model import Secret
from homeward.settings import Limits
from homeward.web.context import Context
from homeward.web.problems import BadRequest, BodyTooLarge, RequestTooSlow
from homeward.web.routes import Route

_encode = msgspec.json.Encoder().encode
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Endpoint:
    """Everything that can be done at one path."""

    def __init__(self, house: Context, routes: Sequence[Route]) -> None:
        self._house = house
        self._routes = {route.method: route for route in routes}
        self._types = {route.method: route.types for route in routes}
        if get := self._routes.get("GET"):
            self._routes["HEAD"], self._types["HEAD"] = get, self._types["GET"]

    async def answer(self, request: Request) -> Response:
        """Check who asks, read what is asked, do it, and answer."""
        route = self._routes[request.method]
        if route.role:
            self._house.auth.sign_in(bearer(request.headers), caller(request), route.role)
        result = await route.handler(self._house, **await self._arguments(request))
        if route.status == HTTPStatus.NO_CONTENT:
            return Response(status_code=route.status, headers=_HEADERS)
        return Response(_encode(result), route.status, _HEADERS, "application/json")

    async def _arguments(self, request: Request) -> dict[str, Any]:
        types = self._types[request.method]
        arguments: dict[str, Any] = dict(request.path_params)
        if "query" in types:
            arguments["query"] = read_query(request.query_params, types["query"])
        if "body" in types:
            arguments["body"] = decode(await _body(request, self._house.settings.limits), types["body"])
        if "address" in types:
            arguments["address"] = caller(request)
        return arguments


def caller(connection: HTTPConnection) -> str:
    """The address a request comes from."""
    return connection.client.host if connection.client else ""


def bearer(headers: Headers) -> str | None:
    """The token in the Authorization header."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def decode(data: bytes | str, kind: Any) -> Any:
    """JSON of the wanted shape; nothing at all counts as an empty object.

    Raises:
        BadRequest: it is not; the message says where, and repeats no value.
    """
    try:
        return msgspec.json.decode(data or b"{}", type=kind, dec_hook=_secret)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(str(error)) from error


def read_query(query: QueryParams, kind: Any) -> Any:
    """The parameters after the question mark. One whose field is a list may come several times.

    Raises:
        BadRequest: one is unknown or makes no sense.
    """
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    if unknown := set(query) - set(fields):
        raise BadRequest(f"no parameter {min(unknown)!r} here", hint=f"There are {', '.join(fields)}.")
    many = {name for name, field in fields.items() if isinstance(field.default_factory, type)}
    try:
        return msgspec.convert({k: query.getlist(k) if k in many else query[k] for k in query}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from error


async def _body(request: Request, limits: Limits) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(limits.handshake):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.http_body:
                    raise BodyTooLarge(f"a request body may have {limits.http_body} bytes")
    except TimeoutError as error:
        raise RequestTooSlow(f"the request body took longer than {limits.handshake:g} s") from error
    except ClientDisconnect as error:
        raise BadRequest("the caller hung up before the request was whole") from error
    return body


def _secret(kind: type, value: Any) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError("Expected `str`")
