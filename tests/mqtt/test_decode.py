from __future__ import annotations

import pytest

from homeward.mqtt.decode import decode
from homeward.mqtt.packets import ConnAck, Connect
from homeward.mqtt.reasons import MalformedPacket, Reason, UnacceptableProtocol


def connect(flags: int, payload: bytes = b"\0\1a", head: bytes = b"\0\6MQIsdp\3") -> Connect:
    packet = decode(0x10, head + bytes((flags,)) + b"\0\x3c" + payload)
    assert isinstance(packet, Connect)
    return packet


@pytest.mark.parametrize("flags", [0x82, 0xC2])
def test_3_1_may_announce_a_user_name_and_leave_it_out(flags: int) -> None:
    assert connect(flags) == Connect("a", 60, level=3)


def test_3_1_may_leave_out_the_password_alone() -> None:
    assert connect(0xC2, b"\0\1a\0\2me") == Connect("a", 60, username="me", level=3)


@pytest.mark.parametrize("flags", [0x03, 0x0A, 0x1A, 0x22])
def test_3_1_disregards_its_reserved_bit_and_what_is_said_of_no_will(flags: int) -> None:
    assert connect(flags) == Connect("a", 60, level=3)


@pytest.mark.parametrize("flags", [0x82, 0xC2, 0x03, 0x0A, 0x1A, 0x22])
def test_3_1_1_does_not(flags: int) -> None:
    with pytest.raises(MalformedPacket):
        connect(flags, head=b"\0\4MQTT\4")


@pytest.mark.parametrize("head", [b"\0\6MQIsdp\3", b"\0\4MQTT\4"])
def test_a_password_needs_a_user_name_before_mqtt_5(head: bytes) -> None:
    with pytest.raises(MalformedPacket, match="no user name"):
        connect(0x42, b"\0\1a\0\2pw", head)


def test_3_1_is_not_told_of_its_session() -> None:
    assert ConnAck(0, session_present=True).encode(3) == b"\x20\x02\0\0"
    assert ConnAck(0, session_present=True).encode(4) == b"\x20\x02\1\0"


EVERY = (3, 4, 5)
MALFORMED = [
    (EVERY, 0x00, b"", "packet type 0 is reserved [2.2.1]"),
    ((3, 4), 0xF0, b"", "there is no AUTH before MQTT 5"),
    (EVERY, 0x80, b"\0\1\0\1a\0", "SUBSCRIBE's flags are 0010 [3.8.1]"),
    (EVERY, 0x60, b"\0\1", "PUBREL's flags are 0010 [3.6.1]"),
    (EVERY, 0xC1, b"", "PINGREQ's flags are 0000"),
    (EVERY, 0x10, b"\0\4MQTT\4\3\0\0\0\0", "CONNECT's lowest flag is reserved [3.1.2.3]"),
    (EVERY, 0x10, b"\0\4MQTT\4\x42\0\0\0\1x\0\1p", "a password needs a user name [3.1.2.9]"),
    (EVERY, 0x10, b"\0\4MQTT\4\x1e\0\0\0\1x\0\1t\0\1m", "a will at QoS 3 [3.1.2.6]"),
    (EVERY, 0x10, b"\0\4MQTT\4\x0a\0\0\0\1x", "a will QoS and no will [3.1.2.6]"),
    (EVERY, 0x10, b"\0\4MQTT\4\x06\0\0\0\1x\0\1+\0\0", "a will to a wildcard"),
    (EVERY, 0x10, b"\0\4MQTT\4\2\0\0\0\1x-", "a byte too many"),
    (EVERY, 0x10, b"\0\4MQTT\5\2\0\0\3\x16\0\0\0\1x", "authentication data without its method"),
    ((4, 5), 0x20, b"\2\0", "CONNACK with a reserved flag"),
    ((4, 5), 0x20, b"\1\5", "a session for one that is refused [3.2.2.4]"),
    (EVERY, 0x36, b"\0\1a\0\1", "PUBLISH at QoS 3 [3.3.1.2]"),
    ((4, 5), 0x38, b"\0\1a\0", "DUP at QoS 0 [3.3.1.1]"),
    (EVERY, 0x30, b"", "nothing at all"),
    (EVERY, 0x30, b"\0\0\0", "an empty topic and no alias [4.7.3]"),
    (EVERY, 0x30, b"\0\1+\0", "a wildcard in a topic name [3.3.2.1]"),
    (EVERY, 0x30, b"\0\3a\0b\0", "U+0000 [1.5.3]"),
    (EVERY, 0x30, b"\0\2\xed\xa0\0", "a surrogate [1.5.3]"),
    (EVERY, 0x30, b"\0\5ab", "a topic that is not whole"),
    (EVERY, 0x32, b"\0\1a\0\0\0", "packet identifier 0 [2.3.1]"),
    (EVERY, 0x32, b"\0\1a\0", "half a packet identifier"),
    ((5,), 0x30, b"\0\1a", "no properties"),
    ((5,), 0x30, b"\0\1a\3\x23\0\0", "topic alias 0"),
    ((5,), 0x30, b"\0\1a\4\x08\0\1#", "a response topic with a wildcard"),
    (EVERY, 0x82, b"\0\1", "SUBSCRIBE without a filter [3.8.3]"),
    (EVERY, 0x82, b"\0\1\0", "SUBSCRIBE without a filter [5: 3.8.3]"),
    ((3, 4), 0x82, b"\0\1\0\1a\3", "QoS 3 [3.8.3]"),
    ((3, 4), 0x82, b"\0\1\0\1a\4", "no-local before MQTT 5"),
    ((5,), 0x82, b"\0\1\0\0\1a\3", "QoS 3"),
    ((5,), 0x82, b"\0\1\0\0\1a\x30", "retain handling 3"),
    ((5,), 0x82, b"\0\1\0\0\1a\x40", "a reserved option"),
    ((5,), 0x82, b"\0\1\4\x0b\1\x0b\1\0\1a\0", "two subscription identifiers"),
    ((3, 4), 0x90, b"\0\1\x81", "a SUBACK code of MQTT 5"),
    (EVERY, 0xA2, b"\0\1", "UNSUBSCRIBE without a filter [3.10.3]"),
    ((3, 4), 0xA2, b"\0\1\0\0", "UNSUBSCRIBE from nothing"),
    ((3, 4), 0x40, b"\0\1\0", "a PUBACK that is too long"),
    ((5,), 0x40, b"\0\1\x92", "a reason that no PUBACK gives"),
    ((5,), 0x62, b"\0\1\x10", "a reason that no PUBREL gives"),
    ((5,), 0xE0, b"\x91", "a reason that no DISCONNECT gives"),
    ((3, 4), 0xE0, b"\0", "DISCONNECT with a reason before MQTT 5"),
    ((5,), 0xF0, b"\1", "a reason that no AUTH gives"),
    (EVERY, 0xC0, b"\0", "PINGREQ with a body"),
]


@pytest.mark.parametrize(
    ("level", "first", "body", "why"), [(level, *rest) for levels, *rest in MALFORMED for level in levels]
)
def test_what_the_standard_forbids_is_malformed(level: int, first: int, body: bytes, why: str) -> None:
    with pytest.raises(MalformedPacket):
        decode(first, body, level)


@pytest.mark.parametrize("head", [b"\0\4MQTT\6", b"\0\4MQTT\3", b"\0\6MQIsdp\4"])
def test_another_level_is_told_apart_from_a_broken_packet(head: bytes) -> None:
    with pytest.raises(UnacceptableProtocol) as caught:
        decode(0x10, head + b"\2\0\0\0\1x")
    assert caught.value.reason == Reason.UNSUPPORTED_PROTOCOL_VERSION


def test_another_protocol_is_not_answered_in_ours() -> None:
    with pytest.raises(MalformedPacket, match="another protocol than MQTT: 'HTTP'") as caught:
        decode(0x10, b"\0\4HTTP\4\2\0\0\0\1x")
    assert not isinstance(caught.value, UnacceptableProtocol)


def test_3_1_may_set_dup_on_what_later_versions_reserve() -> None:
    assert decode(0x8A, b"\0\1\0\1a\0", 3) == decode(0x82, b"\0\1\0\1a\0", 3)
    assert decode(0x38, b"\0\1a", 3).encode(3) == b"\x38\3\0\1a"
    with pytest.raises(MalformedPacket):
        decode(0x8A, b"\0\1\0\1a\0", 4)
