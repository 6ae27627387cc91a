import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
    Will,
    frame,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import MalformedPacket

from .strategies import packets

# A device's CONNECT as the field has it: level 3, a client id of more than 23 characters, user and password.
DEVICE = Connect("fmware:" + "0" * 32 + "_" + "a" * 16, 30, True, "48:e1:e9:d5:84:42", b"46884_" + b"0" * 32, level=3)
OF_ALL = packets(5).filter(lambda packet: not isinstance(packet, Connect | ConnAck | Auth))
EXPIRY: Properties = {"message_expiry_interval": 1, "user_property": (("a", "b"),)}


def parts(data: bytes) -> tuple[int, bytes]:
    found = scan(data, 0, len(data))
    assert found
    assert found[2] == len(data)
    return found[0], found[1]


@pytest.mark.parametrize("level", [3, 4, 5])
@given(data=st.data())
@settings(max_examples=60)
def test_what_is_encoded_is_decoded(level: int, data: st.DataObject) -> None:
    packet = data.draw(packets(level))
    assert decode(*parts(packet.encode(level)), level) == packet


@pytest.mark.parametrize("level", [3, 4, 5])
@given(data=st.data())
@settings(max_examples=60)
def test_a_packet_cut_short_is_malformed_or_another(level: int, data: st.DataObject) -> None:
    packet = data.draw(packets(level))
    first, body = parts(packet.encode(level))
    if body:
        cut = data.draw(st.integers(0, len(body) - 1))
        with contextlib.suppress(MalformedPacket):
            assert decode(first, body[:cut], level) != packet


@pytest.mark.parametrize("level", [3, 4])
@given(packet=OF_ALL)
@settings(max_examples=60)
def test_what_only_mqtt_5_has_is_left_out_before_it(level: int, packet: Packet) -> None:
    first, body = parts(packet.encode(level))
    again = decode(first, body, level)
    assert type(again) is type(packet)
    assert again.encode(level) == packet.encode(level)
    assert not getattr(again, "properties", None)


@pytest.mark.parametrize(
    ("packet", "data"),
    [
        (
            DEVICE,
            "10810100064d514973647003c2001e0038666d776172653a3030303030303030303030303030303030303030303030303030303030"
            "3030305f61616161616161616161616161616161001134383a65313a65393a64353a38343a343200263436383834"
            "5f3030303030303030303030303030303030303030303030303030303030303030",
        ),
        (ConnAck(4), "20020004"),
        (Publish("a/b", b"x"), "30060003612f6278"),
        (Publish("a/b", b"x", qos=1, packet_id=10), "32080003612f62000a78"),
        (Publish("a", b"", 2, True, True, 10), "3d05000161000a"),
        (PubAck(10), "4002000a"),
        (PubRec(10), "5002000a"),
        (PubRel(10), "6202000a"),
        (PubComp(10), "7002000a"),
        (Subscribe(1, (Subscription("a/b", 1),)), "820800010003612f6201"),
        (SubAck(1, (1, 0x87)), "900400010180"),
        (Unsubscribe(2, ("a/b",)), "a20700020003612f62"),
        (UnsubAck(2, (0x11,)), "b0020002"),
        (PingReq(), "c000"),
        (PingResp(), "d000"),
        (Disconnect(0x8E), "e000"),
    ],
)
def test_the_bytes_are_those_of_the_standard(packet: Packet, data: str) -> None:
    assert packet.encode(4).hex() == data


@pytest.mark.parametrize(
    ("packet", "data"),
    [
        (
            Connect("c", 60, False, level=5, properties={"session_expiry_interval": 10}),
            "101300044d51545405 00 003c 05110000000a 000163",
        ),
        (
            Connect("c", will=Will("w", b"x", 1, True, {"will_delay_interval": 5}), level=5),
            "101a00044d51545405 2e 0000 00 000163 051800000005 000177 000178",
        ),
        (ConnAck(0, True, {"topic_alias_maximum": 10}), "2006010003 22000a"),
        (Publish("a", b"x", properties=EXPIRY), "3011 000161 0c 0200000001 26000161000162 78"),
        (Publish("", b"x", 1, packet_id=1, properties={"topic_alias": 7}), "3209 0000 0001 03 230007 78"),
        (PubAck(1), "40020001"),
        (PubAck(1, 0x10), "4003000110"),
        (PubRec(1, 0x97, {"reason_string": "no"}), "5009 0001 97 05 1f00026e6f"),
        (Subscribe(1, (Subscription("a", 2, True, True, 2),), {"subscription_identifier": (300,)}),
            "820a 0001 03 0bac02 000161 2e"),
        (SubAck(1, (2, 0x87)), "9005 0001 00 0287"),
        (Unsubscribe(2, ("a",)), "a206 0002 00 000161"),
        (UnsubAck(2, (0, 0x11)), "b005 0002 00 0011"),
        (Disconnect(), "e000"),
        (Disconnect(0x8E), "e0018e"),
        (Disconnect(0, {"session_expiry_interval": 0}), "e00700 05 1100000000"),
        (Auth(), "f000"),
        (Auth(0x18, {"authentication_method": "M"}), "f006 18 04 1500014d"),
    ],
)  # fmt: skip
def test_the_bytes_are_those_of_mqtt_5(packet: Packet, data: str) -> None:
    assert packet.encode(5).hex() == data.replace(" ", "")


def test_a_password_is_not_in_the_repr() -> None:
    assert "sesame" not in repr(Connect("x", username="u", password=b"sesame"))


def test_a_body_beyond_what_a_length_can_tell_is_an_error() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 268_435_456

    with pytest.raises(ValueError, match="268435455"):
        frame(0x30, Huge())
