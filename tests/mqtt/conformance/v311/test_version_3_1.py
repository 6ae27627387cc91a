"""MQTT 3.1 (`MQIsdp`), as devices speak it: what it has otherwise than 3.1.1. It has no numbered statements."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Refusal
from tests.mqtt.conformance.desk import Desk

CONNECT = "10 0f 0006 'MQIsdp' 03 02 0000 0001 'a'"
LASTING = "10 0f 0006 'MQIsdp' 03 00 0000 0001 'a'"
ACCEPTED = "20 02 00 00"


def test_a_client_of_3_1_signs_in_and_talks() -> None:
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    line.send("82 06 0001 0001 't' 02  30 04 0001 't' 'x'  c0 00")
    line.expect("90 03 0001 02  30 04 0001 't' 'x'  d0 00")
    line.send("e0 00")
    line.expect_end()


@pytest.mark.parametrize("level", ["00", "02", "04", "05"])
def test_the_name_of_3_1_goes_with_no_other_level(level: str) -> None:
    line = Desk().line()
    line.send(f"10 0f 0006 'MQIsdp' {level} 02 0000 0001 'a'")
    line.expect_end("20 02 00 01", why="level")


def test_any_packet_may_be_marked_as_a_duplicate() -> None:
    line = Desk().line()
    line.send("18 0f 0006 'MQIsdp' 03 02 0000 0001 'a'")
    line.expect_end(why="0x18")  # but the first, which says that it is of 3.1
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    line.send("8a 06 0001 0001 't' 02")
    line.expect("90 03 0001 02")
    line.send("38 04 0001 't' 'x'")
    line.expect("30 04 0001 't' 'x'")
    line.send("3a 06 0001 't' 0007 'x'")
    line.expect("32 06 0001 't' 0001 'x'  40 02 0007")
    line.send("48 02 0001")
    line.send("3c 06 0001 't' 0008 'x'")
    line.expect("34 06 0001 't' 0002 'x'  50 02 0008")
    line.send("58 02 0002  6a 02 0008  78 02 0002")
    line.expect("62 02 0002  70 02 0008")
    line.send("aa 05 0009 0001 't'  c8 00")
    line.expect("b0 02 0009  d0 00")
    line.send("e8 00")
    line.expect_end()


def test_a_duplicate_at_qos_2_is_taken_once() -> None:
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    line.send("34 06 0001 't' 0007 'x'  3c 06 0001 't' 0007 'x'  62 02 0007  6a 02 0007")
    line.expect("50 02 0007  50 02 0007  70 02 0007  70 02 0007")
    assert line.guest
    assert line.guest.heard == [("t", b"x")]


@pytest.mark.parametrize("length", [1, 23, 24, 100, 1000])
def test_a_client_id_may_be_longer_than_23_characters(length: int) -> None:
    body = bytes.fromhex("0006") + b"MQIsdp" + bytes.fromhex("03 02 0000") + length.to_bytes(2, "big") + b"x" * length
    size = bytes((len(body),)) if len(body) < 128 else bytes((len(body) & 127 | 128, len(body) >> 7))
    line = Desk().line()
    line.send(b"\x10" + size + body)
    line.expect(ACCEPTED)
    assert line.requests[0].client_id == "x" * length


@pytest.mark.parametrize("flags", ["02", "00"])
def test_a_client_id_must_not_be_empty(flags: str) -> None:
    line = Desk().line()
    line.send(f"10 0e 0006 'MQIsdp' 03 {flags} 0000 0000")
    line.expect_end("20 02 00 02", why="client id")


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_a_client_that_is_refused_is_told_the_return_code(code: int) -> None:
    line = Desk().line(Refusal(code, "no"))
    line.send(CONNECT)
    line.expect_end(f"20 02 00 {code:02x}", why="no")


def test_a_session_is_resumed_without_a_word_about_it() -> None:
    desk = Desk()
    line = desk.line()
    line.send(LASTING)
    line.expect(ACCEPTED)
    line.subscribe("t", 1)
    line.hang_up()
    desk.broker.publish("t", b"x", 1)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 00 00  32 06 0001 't' 0001 'x'")


def test_a_subscription_that_is_not_allowed_seems_granted_and_gets_nothing() -> None:
    desk = Desk()
    line = desk.line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    assert line.guest
    line.guest.forbidden.add("t")
    line.send("82 0a 0001 0001 't' 01 0001 'u' 02")
    line.expect("90 04 0001 01 02")
    assert desk.broker.publish("t", b"x") == 0
    line.expect("")


@pytest.mark.parametrize(
    ("packet", "username", "password"),
    [
        ("10 0f 0006 'MQIsdp' 03 c2 0000 0001 'a'", None, None),
        ("10 12 0006 'MQIsdp' 03 c2 0000 0001 'a' 0001 'u'", "u", None),
        ("10 15 0006 'MQIsdp' 03 c2 0000 0001 'a' 0001 'u' 0001 'p'", "u", b"p"),
    ],
)
def test_a_user_name_or_password_may_be_missing_in_spite_of_its_flag(
    packet: str, username: str | None, password: bytes | None
) -> None:
    line = Desk().line()
    line.send(packet)
    line.expect(ACCEPTED)
    assert (line.requests[0].username, line.requests[0].password) == (username, password)


@pytest.mark.parametrize("flags", ["03", "0a", "22", "1a"])
def test_flags_that_are_reserved_or_without_a_will_mean_nothing(flags: str) -> None:
    line = Desk().line()
    line.send(f"10 0f 0006 'MQIsdp' 03 {flags} 0000 0001 'a'")
    line.expect(ACCEPTED)
    assert line.requests[0].will is None


def test_a_will_is_published_at_its_qos_and_retained() -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("#", 2)
    line = desk.line()
    line.send("10 15 0006 'MQIsdp' 03 2e 0000 0001 'a' 0001 'w' 0001 'x'")
    line.expect(ACCEPTED)
    line.hang_up()
    watcher.expect("32 06 0001 'w' 0001 'x'")
    late = desk.line()
    late.send("10 0f 0006 'MQIsdp' 03 02 0000 0001 'l'  82 06 0001 0001 'w' 00")
    late.expect("20 02 00 00  90 03 0001 00  31 04 0001 'w' 'x'")


def test_packets_of_mqtt_5_are_none() -> None:
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    line.send("f0 00")
    line.expect_end(why="0xf0")


def test_a_silent_client_is_disconnected_after_one_and_a_half_keep_alives() -> None:
    desk = Desk()
    line = desk.line()
    line.send("10 0f 0006 'MQIsdp' 03 02 000a 0001 'a'")
    line.expect(ACCEPTED)
    desk.advance(15)
    assert not line.ended
    desk.advance(1)
    line.expect_end(why="keep-alive")
