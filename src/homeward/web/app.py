"""The web, put together: what uvicorn serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from homeward.errors import HomewardError
from homeward.mqtt.broker import Broker
from homeward.net.doorlog import Handshake
from homeward.net.people import People
from homeward.settings import Settings
from homeward.web import openapi, pages, problems
from homeward.web.auth import Auth
from homeward.web.context import Context
from homeward.web.endpoint import Endpoint
from homeward.web.hosts import Guard
from homeward.web.live import Live
from homeward.web.routes import API, ROUTES

if TYPE_CHECKING:
    from homeward.hub.hub import Hub


def build(
    hub: Hub,
    auth: Auth,
    settings: Settings,
    people: People,
    brokers: Mapping[str, Broker],
    *,
    names: Iterable[str] = (),
    handshakes: Callable[[], Sequence[Handshake]] = tuple,
) -> Starlette:
    """The application. It answers to `names` beside the names in the settings; addresses it answers to always."""
    house = Context(hub, auth, settings, handshakes, people, brokers)
    answers_to = {settings.advertise, *settings.tls.names, *names}
    return Starlette(
        routes=[*_api(house), *_documents(house), WebSocketRoute(f"{API}/ws", Live(house).serve)],
        middleware=[Middleware(Guard, names=answers_to)],
        exception_handlers={
            HomewardError: problems.on_error,
            HTTPException: problems.on_http_exception,
            Exception: problems.on_crash,
        },
    )


def _api(house: Context) -> list[BaseRoute]:
    by_path = groupby(sorted(ROUTES, key=attrgetter("path")), key=attrgetter("path"))
    routes: list[BaseRoute] = []
    for path, group in by_path:
        here = list(group)
        routes.append(Route(path, Endpoint(house, here).answer, methods=[route.method for route in here]))
    return routes


def _documents(house: Context) -> list[BaseRoute]:
    api = openapi.render()

    async def document(request: Request) -> Response:
        return Response(api, media_type="application/json")

    return [Route(f"{API}/openapi.json", document), *pages.routes(house)]
