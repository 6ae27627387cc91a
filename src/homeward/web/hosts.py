"""For whom requests are meant and whose pages make them: against DNS rebinding and foreign pages."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from homeward.errors import HomewardError
from homeward.web.problems import ForeignHost, ForeignOrigin, problem

_NETLOC = re.compile(r"(\[[0-9a-f:.]+]|[^\s/?#@:\[\]]+)(?::\d{1,5})?")


class Guard:
    """Lets through what asks for an address, `localhost` or one of `names`, from no page or from a page of ours.

    A name that merely resolves to this machine is refused: a hostile page can make its own name do that.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names if name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (fault := self._fault(Headers(scope=scope))):
            await _refuse(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _fault(self, headers: Headers) -> HomewardError | None:
        host, origin = headers.get("host", "").lower(), headers.get("origin", "").lower()
        if not self._is_ours(_name(host)):
            return ForeignHost(
                f"{host or 'a request without a host'} is not this house",
                hint="Names it shall go by belong in `advertise` or `tls.names`.",
            )
        if origin and _netloc(origin) != host and _name(_netloc(origin)) not in self._names:
            return ForeignOrigin(f"pages of {origin} may not call this house")
        return None

    def _is_ours(self, name: str) -> bool:
        return name in self._names or name == "localhost" or name.endswith(".localhost") or _is_address(name)


async def _refuse(fault: HomewardError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": fault.code})
    else:
        await problem(fault).response()(scope, Request(scope).receive, send)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name(netloc: str) -> str:
    """The host of `host[:port]`; empty when it makes no sense."""
    match = _NETLOC.fullmatch(netloc)
    return match[1].strip("[]") if match else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
