from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from homeward.errors import SettingsError
from homeward.web.server import Server
from tests.web.house import WebHouse


@asynccontextmanager
async def serving(house: WebHouse) -> AsyncIterator[Server]:
    server = Server(house.app, "127.0.0.1", 0, house.settings.limits)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def test_it_serves_until_it_is_stopped() -> None:
    house = WebHouse()
    async with serving(house) as server, httpx2.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/healthz")).json() == {"alive": True}
    with pytest.raises(httpx2.ConnectError):
        async with httpx2.AsyncClient() as client:
            await client.get(f"{server.url}/healthz")
    await server.stop()


async def test_its_address_is_known_before_it_serves() -> None:
    house = WebHouse()
    server = Server(house.app, "127.0.0.1", 0, house.settings.limits)
    server.bind()
    assert server.port != 0
    async with httpx2.AsyncClient(base_url=server.url) as client, asyncio.TaskGroup() as group:
        early = group.create_task(client.get("/healthz"))
        await server.start()
    assert early.result().status_code == 200
    await server.stop()


async def test_stopping_what_never_started_lets_go_of_the_port() -> None:
    house = WebHouse()
    first = Server(house.app, "127.0.0.1", 0, house.settings.limits)
    first.bind()
    await first.stop()
    second = Server(house.app, "127.0.0.1", first.port, house.settings.limits)
    second.bind()
    await second.stop()


async def test_a_port_that_is_taken_is_named() -> None:
    house = WebHouse()
    async with serving(house) as server:
        with pytest.raises(SettingsError, match=f"127.0.0.1:{server.port}"):
            Server(house.app, "127.0.0.1", server.port, house.settings.limits).bind()


@pytest.mark.parametrize(
    ("address", "url"),
    [("0.0.0.0", "http://127.0.0.1:1"), ("192.0.2.1", "http://192.0.2.1:1"), ("::1", "http://[::1]:1")],  # noqa: S104
)
async def test_its_url_is_one_that_leads_there(address: str, url: str) -> None:
    house = WebHouse()
    assert Server(house.app, address, 1, house.settings.limits).url == url


async def test_signals_remain_whoever_runs_the_loop_has_set() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with serving(WebHouse()):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


async def test_a_listener_hears_over_a_real_websocket_and_is_dismissed_at_the_end() -> None:
    house = WebHouse()
    house.lamp()
    async with serving(house) as server, connect(f"ws://127.0.0.1:{server.port}/api/v1/ws", proxy=None) as socket:
        await socket.send(json.dumps({"type": "auth", "token": house.token()}))
        await socket.send(json.dumps({"type": "subscribe"}))
        assert json.loads(await socket.recv())["type"] == "snapshot"
        house.report(dim=5)
        assert json.loads(await socket.recv())["data"] == {"dim": 5}
        await server.stop()
        with pytest.raises(ConnectionClosed):
            await socket.recv()


@pytest.mark.parametrize(
    ("limits", "pieces", "reason"),
    [
        ({"handshake": 0.1}, [], "no request came in time"),
        ({"handshake": 0.1}, [b"GET / HT"], "no request came in time"),
        ({"handshake": 0.1}, [b"GET /healthz HTTP/1.1\r\nHost: home.test\r\n\r\nGET / H"], "no request came in time"),
        ({"frame": 1000}, [b"GET / HTTP/1.1\r\nX: " + b"y" * 1000], "the head of a request is too large"),
        ({"connections": 0}, [], "too many connections"),
    ],
)
async def test_who_brings_no_request_in_time_and_measure_is_closed_and_the_log_says_why(
    limits: dict[str, Any], pieces: list[bytes], reason: str
) -> None:
    with capture_logs() as logs:
        async with serving(WebHouse(**limits)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for piece in pieces:
                writer.write(piece)
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 5)
            writer.close()
    assert reason in [entry.get("reason") for entry in logs]


async def test_the_measure_of_a_head_is_not_that_of_a_body() -> None:
    house = WebHouse(frame=1000)
    async with serving(house) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: home.test\r\nContent-Length: 5000\r\n\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            writer.write(b"x" * 5000)
        writer.close()


async def test_a_crash_is_in_our_log_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    house = WebHouse()

    def crash() -> Any:
        raise RuntimeError("why")

    monkeypatch.setattr(house.hub, "trouble", crash)
    with capture_logs() as logs:
        async with serving(house) as server, httpx2.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/readyz")).status_code == 500
    (entry,) = [entry for entry in logs if entry.get("exc_info")]
    assert str(entry["exc_info"][1]) == "why"
