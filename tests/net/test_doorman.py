import asyncio
from collections.abc import Callable

import pytest

from .echo import TestHouse

Build = Callable[..., TestHouse]


async def dial(house: TestHouse, **options: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", house.port, **options)  # type: ignore[arg-type]


async def test_any_protocol_may_arrive_at_any_door_in_the_clear_or_under_tls(build: Build) -> None:
    house = build()
    greetings = {
        b"ECHOhello": b"ECHOhello",
        b"\x10\x14\0\4MQTT\4\xc2\0\0\0\4echo\0\0\0\6sesame".replace(b"\x14", b"\x1a"): b"\x20\x02\0\0",
        b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n": b"HTTP/1.1 200 OK",
    }
    for tls in (None, house.tls()):
        for greeting, answer in greetings.items():
            reader, writer = await dial(house, ssl=tls)
            writer.write(greeting)
            assert await reader.readexactly(len(answer)) == answer
            writer.close()


async def test_a_greeting_torn_at_every_byte_is_still_known(build: Build) -> None:
    house = build()
    reader, writer = await dial(house)
    for byte in b"ECHOhello":
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(0)
    assert await reader.readexactly(9) == b"ECHOhello"
    writer.close()


async def test_what_nobody_speaks_is_hung_up_with_its_first_bytes_in_the_log(build: Build) -> None:
    house = build()
    reader, writer = await dial(house)
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert await reader.read() == b""
    assert "nothing here speaks what begins with 5353482d" in house.log()[-1].verdict
    writer.close()


async def test_a_caller_that_says_nothing_is_hung_up_in_time(build: Build) -> None:
    house = build(handshake=0.01)
    reader, writer = await dial(house)
    assert await reader.read() == b""
    assert house.log()[-1].verdict == "nothing by which it could be known, in the time for a handshake"
    writer.close()


@pytest.mark.parametrize(
    "slow",
    [b"\x10\x1a\0\4MQTT", b"GET /x HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", b"ECHOme"],
)
async def test_a_slow_loris_is_hung_up_in_time(build: Build, slow: bytes) -> None:
    house = build(handshake=0.01)
    reader, writer = await dial(house)
    writer.write(slow)
    await reader.read()
    assert reader.at_eof()
    assert house.doorman.connections() == 0
    writer.close()


async def test_one_address_may_not_take_all_the_room(build: Build) -> None:
    house = build(connections_per_address=2)
    lines = [await dial(house) for _ in range(3)]
    assert await lines[2][0].read() == b""
    lines[0][1].write(b"ECHObye")
    assert await lines[0][0].read() == b"bye"
    reader, writer = await dial(house)
    writer.write(b"ECHO")
    assert await reader.readexactly(4) == b"ECHO"
    for _, other in [*lines, (reader, writer)]:
        other.close()


async def test_there_is_a_last_place_in_the_house(build: Build) -> None:
    house = build(connections=1)
    first, second = await dial(house), await dial(house)
    assert await second[0].read() == b""
    first[1].close()
    second[1].close()


async def test_a_bug_in_one_conversation_ends_that_one_only(build: Build) -> None:
    house = build()
    broken, sound = await dial(house), await dial(house)
    broken[1].write(b"ECHOcrash")
    assert await broken[0].read() == b""
    sound[1].write(b"ECHOhello")
    assert await sound[0].readexactly(9) == b"ECHOhello"
    broken[1].close()
    sound[1].close()


async def test_a_bug_at_the_end_of_a_conversation_leaves_no_trace_of_it(build: Build) -> None:
    house = build()
    reader, writer = await dial(house)
    writer.write(b"ECHOgrudge")
    assert await reader.read() == b""
    assert house.doorman.connections() == 0
    writer.close()


async def test_going_down_sends_everyone_home(build: Build) -> None:
    house = build()
    reader, writer = await dial(house)
    writer.write(b"ECHOi am")
    assert await reader.readexactly(7) == b"welcome"
    house.doorman.close()
    assert await reader.read() == b""
    assert house.hub.device("echo-one").availability.reason == "Homeward is going down"
    writer.close()
