import asyncio
from collections.abc import Callable

import pytest

from .echo import TestHouse

Build = Callable[..., TestHouse]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def exchange(house: TestHouse, data: bytes) -> bytes:
    """Send it all, and read until the house hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    return answer


def post(path: str, body: bytes, extra: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body


async def test_requests_are_answered_in_their_order_on_one_connection(build: Build) -> None:
    house = build()
    answer = await exchange(house, post("/a", b"1") + post("/b", b"2") + post("/c", b"3", "Connection: close\r\n"))
    assert [part[-1:] for part in answer.split(b"\r\n\r\n")[1:]] == [b"P", b"P", b"3"] or answer.count(b"200 OK") == 3
    assert answer.index(b"\r\n\r\n1") < answer.index(b"\r\n\r\n2") < answer.index(b"\r\n\r\n3")


async def test_a_chunked_body_is_read_whole(build: Build) -> None:
    data = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert (await exchange(build(), data)).endswith(b"\r\n\r\nabcde")


async def test_a_request_that_is_no_familys_is_not_found(build: Build) -> None:
    answer = await exchange(build(), post("/none", b"", "Connection: close\r\n"))
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert answer.endswith(b'{"code":"not_found"}')


async def test_head_is_answered_without_a_body(build: Build) -> None:
    answer = await exchange(build(), b"HEAD /none HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 20\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        ({}, b"GET / HTTP/1.1\r\nHost\x00: x\r\n\r\n"),
        ({}, b"GET / HTTP/9.9\r\n\r\n"),
        ({"http_body": 10}, post("/", bytes(11))),
        ({}, b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 40_000 + b"\r\n\r\n"),
        ({}, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n"),
        ({}, post("/", b"", "Content-Length: -1\r\n")),
    ],
)
async def test_what_is_no_request_or_too_large_is_refused_and_hung_up(
    build: Build, limits: dict[str, int], data: bytes
) -> None:
    answer = await exchange(build(**limits), data)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_what_is_wrong_is_answered_after_what_was_asked_before(build: Build) -> None:
    house = build()
    house.store.hold()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(post("/store", b"stored") + GET * 20)
    while not house.store._work:
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    house.store.release()
    answers = [part[:3] for part in (await reader.read()).split(b"HTTP/1.1 ")[1:]]
    assert answers == [b"200"] * 16 + [b"400"]
    writer.close()


async def test_an_upgrade_is_not_offered_and_the_request_is_answered(build: Build) -> None:
    data = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nmore"
    answer = await exchange(build(), data)
    assert answer.count(b"HTTP/1.1 200 OK") == 1


async def test_a_bug_behind_a_request_is_answered_500(build: Build) -> None:
    house = build()
    house.store.hold()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(post("/store", b"stored") + post("/crash", b""))
    while not house.store._work:
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    house.store.release()
    assert [part[:3] for part in (await reader.read()).split(b"HTTP/1.1 ")[1:]] == [b"200", b"500"]
    writer.close()


async def test_a_caller_that_asks_and_does_not_read_is_hung_up(build: Build) -> None:
    house = build(outgoing=50_000)
    _, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1)

    async def ask_for_ever() -> None:
        while True:
            writer.write(post("/a", bytes(40_000)))
            await asyncio.wait_for(writer.drain(), 10)

    with pytest.raises(ConnectionError):
        await ask_for_ever()
    assert house.doorman.connections() == 0


async def test_a_reply_waits_until_what_it_acknowledges_is_stored(build: Build) -> None:
    house = build()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(post("/a", b"first"))
    await reader.readuntil(b"first")
    house.store.hold()
    writer.write(post("/store", b"second") + post("/a", b"third"))
    while not house.store._work:
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.05)
    house.store.release()
    assert b"second" in await reader.readuntil(b"third")
    writer.close()


async def test_a_request_that_cannot_be_stored_is_answered_503(build: Build) -> None:
    house = build()
    house.store._backlog = 0
    house.store.fail("the disk is full")
    answer = await exchange(house, post("/store", b"", "Connection: close\r\n"))
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")


async def test_a_request_with_what_cannot_be_stored_at_all_is_answered_400(build: Build) -> None:
    answer = await exchange(build(), post("/unspeakable", b"", "Connection: close\r\n"))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_an_idle_connection_is_closed_in_time(build: Build) -> None:
    assert b"200 OK" in await exchange(build(http_idle=0.01), GET)
