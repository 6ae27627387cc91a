from __future__ import annotations

import pytest
from starlette.types import Message

from tests.web.house import WebHouse


@pytest.mark.parametrize(
    "host",
    ["home.test", "HOME.test:8080", "localhost:8080", "x.localhost", "127.0.0.1", "192.0.2.4:8080", "[::1]:8080"],
)
async def test_addresses_and_own_names_are_answered(host: str) -> None:
    assert (await WebHouse().client(None, Host=host).get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "home.test.evil.test", "127.0.0.1.evil.test", "localhost.evil.test", "", "[", "a@home.test:x"]
)
@pytest.mark.parametrize("path", ["/", "/setup", "/healthz", "/api/v1/devices", "/nowhere"])
async def test_a_name_that_merely_leads_here_is_refused_everywhere(host: str, path: str) -> None:
    answer = await WebHouse().client(Host=host).get(path)
    assert (answer.status_code, answer.json()["code"]) == (421, "foreign_host")


@pytest.mark.parametrize("origin", ["http://home.test", "https://home.test", "https://home.test:444"])
async def test_pages_of_this_house_may_call_it(origin: str) -> None:
    assert (await WebHouse().client(Origin=origin).get("/api/v1/devices")).status_code == 200


async def test_a_page_reached_by_address_may_call_that_address() -> None:
    client = WebHouse().client(Host="192.0.2.4:8080", Origin="http://192.0.2.4:8080")
    assert (await client.get("/api/v1/devices")).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "http://192.0.2.66", "http://localhost:1234", "http://["]
)
async def test_pages_of_others_are_refused(origin: str) -> None:
    answer = await WebHouse().client(Origin=origin).get("/api/v1/devices")
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.test"}, {"host": "evil.test"}])
async def test_a_websocket_of_others_is_not_even_accepted(headers: dict[str, str]) -> None:
    async with WebHouse().listen(headers) as socket:
        closed: Message = await socket.hear()
    assert closed["type"] == "websocket.close"
