"""What MQTT 3.1 lets a client do that the versions after it forbid."""

from __future__ import annotations

import pytest

from homeward.mqtt.decode import decode
from homeward.mqtt.packets import ConnAck, Connect
from homeward.mqtt.reasons import MalformedPacket


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
