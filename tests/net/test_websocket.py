from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from homeward.mqtt.packets import Connect, Disconnect, PingReq
from homeward.net import websocket
from homeward.settings import Mqtt

from .echo import TestHouse

Build = Callable[..., TestHouse]
ECHO = Connect("echo", username="u", password=b"sesame").encode()
LISTEN = b"\x82\x0a\0\1\0\5to/me\0"
WELCOME = b"\x20\x02\0\0"
HELLO = b"\x90\x03\0\1\0" + b"\x30\x0c\0\5to/mehello"
PONG = b"\xd0\x00"
GOODBYE = b"\x88\x02\x03\xe8"
HEAD = (
    b"GET /mqtt HTTP/1.1\r\nHost: home.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
MQTT = b"Sec-WebSocket-Protocol: mqtt\r\n\r\n"


def opened(
    house: TestHouse, path: str = "/mqtt", *, offers: tuple[str, ...] = ("mqtt",), tls: bool = False, **options: Any
) -> connect:
    """A browser's way in."""
    options |= {"ssl": house.tls()} if tls else {}
    url = f"{'wss' if tls else 'ws'}://127.0.0.1:{house.port}{path}"
    return connect(url, subprotocols=[Subprotocol(name) for name in offers] or None, proxy=None, **options)


async def heard(socket: ClientConnection, count: int) -> bytes:
    """The next bytes, in however many frames they come."""
    data = b""
    while len(data) < count:
        frame = await asyncio.wait_for(socket.recv(), 5)
        assert isinstance(frame, bytes)
        data += frame
    return data


def masked(opcode: int, data: bytes, *, final: bool = True) -> bytes:
    """A frame as a client sends it, under a mask of zeros."""
    length = bytes([len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return bytes([opcode | final << 7, length[0] | 0x80]) + length[1:] + bytes(4) + data


async def exchange(house: TestHouse, *pieces: bytes) -> bytes:
    """Send it piece by piece, and read until the house hangs up; a close frame is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    answer = b""
    while data := await asyncio.wait_for(reader.read(1000), 5):
        answer += data
        if answer[-4:] == GOODBYE:
            writer.write(masked(8, GOODBYE[2:]))
    writer.close()
    return answer


@pytest.mark.parametrize("path", ["/mqtt", "/", "/mqtt?token=1"])
@pytest.mark.parametrize("tls", [False, True])
async def test_mqtt_is_spoken_within_a_websocket(build: Build, path: str, tls: bool) -> None:
    house = build()
    async with opened(house, path, tls=tls) as socket:
        assert socket.subprotocol == "mqtt"
        await socket.send(ECHO)
        assert await heard(socket, 4) == WELCOME
        await socket.send(LISTEN)
        assert await heard(socket, len(HELLO)) == HELLO
        assert house.hub.device("echo-one").availability.online
    (entry,) = house.log()
    assert (entry.client, entry.verdict, bool(entry.tls)) == ("echo", "ok", tls)


@pytest.mark.parametrize(
    ("offers", "taken"),
    [(("mqttv3.1",), "mqttv3.1"), (("mqttv3.1", "mqtt"), "mqtt"), (("chat", "mqtt"), "mqtt")],
)
async def test_the_subprotocol_is_answered(build: Build, offers: tuple[str, ...], taken: str) -> None:
    async with opened(build(), offers=offers) as socket:
        assert socket.subprotocol == taken


async def test_subprotocols_may_come_in_headers_of_their_own(build: Build) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", build().port)
    writer.write(HEAD + b"Sec-WebSocket-Protocol: mqtt\r\n" + b"Sec-WebSocket-Protocol: chat\r\n\r\n")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Protocol: mqtt\r\n" in head
    writer.close()


@pytest.mark.parametrize("offers", [(), ("chat",)])
async def test_without_a_subprotocol_of_mqtt_there_is_no_websocket(build: Build, offers: tuple[str, ...]) -> None:
    house = build()
    with pytest.raises(InvalidStatus) as refused:
        async with opened(house, offers=offers):
            pass
    assert refused.value.response.status_code == 400
    (entry,) = house.log()
    assert entry.protocol == "websocket"
    assert "subprotocol" in entry.verdict


async def test_at_another_path_no_websocket_is_opened(build: Build) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(build(), "/elsewhere"):
            pass
    assert refused.value.response.status_code == 200  # the echo's own answer


@pytest.mark.parametrize("origin", [None, "https://panel.home"])
async def test_pages_that_may_open_one_can_be_named(build: Build, origin: str | None) -> None:
    house = build(mqtt=Mqtt(origins=("https://panel.home",)))
    async with opened(house, origin=origin) as socket:
        assert socket.subprotocol == "mqtt"
    with pytest.raises(InvalidStatus) as refused:
        async with opened(house, origin="https://panel.home.evil"):
            pass
    assert refused.value.response.status_code == 403


async def test_any_page_may_open_one_where_none_is_named(build: Build) -> None:
    async with opened(build(), origin="https://elsewhere.test") as socket:
        assert socket.subprotocol == "mqtt"


async def test_packets_may_be_torn_over_frames_and_frames_may_hold_several(build: Build) -> None:
    async with opened(build()) as socket:
        for at in range(len(ECHO)):
            await socket.send(ECHO[at : at + 1])
        assert await heard(socket, 4) == WELCOME
        await socket.send(PingReq().encode() + LISTEN + PingReq().encode())
        answer = await heard(socket, len(HELLO) + 4)
        assert (answer[:2], answer[-2:]) == (PONG, PONG)
        await socket.send([PingReq().encode()[:1], PingReq().encode()[1:]])
        assert await heard(socket, 2) == PONG


async def test_everything_may_come_in_one_piece_or_byte_by_byte(build: Build) -> None:
    house = build()
    data = HEAD + MQTT + masked(2, ECHO) + masked(2, Disconnect().encode())
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))]):
        head, _, frames = (await exchange(house, *pieces)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert frames == b"\x82\x04" + WELCOME + GOODBYE


async def test_it_follows_a_request_on_the_same_connection(build: Build) -> None:
    answer = await exchange(build(), b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD + MQTT + masked(8, b""))
    assert answer.index(b"HTTP/1.1 200 ") < answer.index(b"HTTP/1.1 101 ")


async def test_it_does_not_overtake_a_reply_that_waits(build: Build) -> None:
    house = build()
    house.store.hold()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"POST /store HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi" + HEAD + MQTT)
    while not house.store._work:
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    house.store.release()
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"101" not in answer
    writer.close()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (masked(1, b"text"), 1003),
        (b"\x82\x02\x10\x00", 1002),
        (masked(3, b""), 1002),
        (masked(0, b"x"), 1002),
        (masked(9, b"x", final=False), 1002),
        (masked(2, bytes(1006)), 1009),
        (masked(2, bytes(600), final=False) + masked(0, bytes(600)), 1009),
    ],
    ids=["text", "no mask", "opcode", "no beginning", "torn ping", "too large", "too large in pieces"],
)
async def test_what_is_wrong_closes_with_the_code_of_its_kind(build: Build, frames: bytes, code: int) -> None:
    house = build(frame=1000)
    _, _, answer = (await exchange(house, HEAD + MQTT, frames)).partition(b"\r\n\r\n")
    assert answer[0] == 0x88
    assert int.from_bytes(answer[2:4], "big") == code


async def test_what_follows_a_text_frame_is_not_heeded(build: Build) -> None:
    house = build()
    await exchange(house, HEAD + MQTT, masked(1, b"text") + masked(2, ECHO))
    assert not house.log()


async def test_a_text_frame_ends_a_client_that_has_signed_in(build: Build) -> None:
    house = build()
    async with opened(house) as socket:
        await socket.send(ECHO)
        assert await heard(socket, 4) == WELCOME
        await socket.send("text")
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1003
    assert "a text frame" in house.hub.device("echo-one").availability.reason


async def test_the_house_closes_its_side_and_waits_for_the_client_to_close_its_own(build: Build) -> None:
    house = build()
    async with opened(house) as socket:
        await socket.send(Connect("nobody").encode())
        assert (await heard(socket, 4))[:2] == b"\x20\x02"
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1000


async def test_a_client_that_does_not_close_its_side_is_hung_up(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_GOODBYE", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", build().port)
    writer.write(HEAD + MQTT + masked(2, ECHO + Disconnect().encode()))
    assert (await asyncio.wait_for(reader.read(), 5)).endswith(GOODBYE)
    writer.close()


async def test_a_client_that_closes_the_websocket_has_gone(build: Build) -> None:
    house = build()
    async with opened(house) as socket:
        await socket.send(ECHO)
        assert await heard(socket, 4) == WELCOME
        await socket.close()
    assert house.hub.device("echo-one").availability.reason.startswith("the client closed the WebSocket")
    assert house.doorman.connections() == 0


async def test_a_ping_is_answered_also_amid_a_message(build: Build) -> None:
    ping = masked(9, b"there?")
    message = ECHO + Disconnect().encode()
    frames = masked(2, message[:5], final=False) + ping + masked(0, message[5:])
    _, _, answer = (await exchange(build(), HEAD + MQTT + frames)).partition(b"\r\n\r\n")
    assert answer == b"\x8a\x06there?\x82\x04" + WELCOME + GOODBYE


async def test_one_that_opens_a_websocket_and_does_not_sign_in_is_hung_up(build: Build) -> None:
    assert (await exchange(build(handshake=0.01), HEAD + MQTT)).startswith(b"HTTP/1.1 101 ")


async def test_a_client_that_does_not_read_is_gone(build: Build) -> None:
    house = build(outgoing=300_000, frame=300_000, queued=1_000_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(HEAD + MQTT + masked(2, ECHO + LISTEN[:-1] + b"\1"))
    await reader.readuntil(b"hello")
    broker = house.household.brokers["echo"]
    for _ in range(200):
        broker.publish("to/me", bytes(100_000), qos=1)
        await asyncio.sleep(0)
        if not broker.sessions:
            break
    assert "it does not read" in house.hub.device("echo-one").availability.reason
    writer.close()


async def test_no_frame_is_ever_logged(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house = build()
    await exchange(house, HEAD + MQTT, masked(2, ECHO), masked(1, b"sesame"))
    assert "sesame" not in caplog.text
    assert "sesame" not in repr(house.log())
