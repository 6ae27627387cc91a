import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    Publish,
    SubAck,
    Subscribe,
    UnacceptableProtocol,
    UnsubAck,
    Unsubscribe,
    Will,
    decode,
    frame,
)

# A device's CONNECT as the field has it: level 3, a client id of more than 23 characters, user and password.
DEVICE = Connect("fmware:" + "0" * 32 + "_" + "a" * 16, 30, True, "48:e1:e9:d5:84:42", b"46884_" + b"0" * 32, level=3)

IDS = st.integers(1, 0xFFFF)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
TOPICS = st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=40)
WILLS = st.builds(Will, TOPICS, st.binary(max_size=20), st.integers(0, 2), st.booleans())
PACKETS: st.SearchStrategy[Packet] = st.one_of(
    st.builds(
        Connect,
        TEXT,
        st.integers(0, 0xFFFF),
        st.booleans(),
        TEXT,
        st.none() | st.binary(max_size=20),
        st.none() | WILLS,
        st.sampled_from([3, 4]),
    ),
    st.builds(ConnAck, st.integers(0, 5), st.booleans()),
    st.builds(Publish, TOPICS, st.binary(max_size=300), st.just(0), st.booleans()),
    st.builds(Publish, TOPICS, st.binary(max_size=300), st.integers(1, 2), st.booleans(), st.booleans(), IDS),
    st.builds(PubAck, IDS),
    st.builds(
        Subscribe, IDS, st.lists(st.tuples(TOPICS, st.integers(0, 2)), min_size=1, max_size=4).map(lambda x: tuple(x))
    ),
    st.builds(SubAck, IDS, st.lists(st.sampled_from([0, 1, 2, 0x80]), max_size=4).map(lambda x: tuple(x))),
    st.builds(Unsubscribe, IDS, st.lists(TOPICS, min_size=1, max_size=4).map(lambda x: tuple(x))),
    st.builds(UnsubAck, IDS),
    st.sampled_from([PingReq(), PingResp(), Disconnect()]),
)


def body_of(packet: bytes) -> bytes:
    at = 1
    while packet[at] > 127:
        at += 1
    return packet[at + 1 :]


@given(PACKETS)
def test_what_is_encoded_is_decoded(packet: Packet) -> None:
    data = packet.encode()
    assert decode(data[0], body_of(data)) == packet


@given(PACKETS, st.data())
def test_a_packet_cut_short_is_malformed_or_shorter(packet: Packet, data: st.DataObject) -> None:
    whole = packet.encode()
    body = body_of(whole)
    if body:
        cut = data.draw(st.integers(0, len(body) - 1))
        with contextlib.suppress(MalformedPacket):
            assert decode(whole[0], body[:cut]) != packet


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
        (PubAck(10), "4002000a"),
        (Subscribe(1, (("a/b", 1),)), "820800010003612f6201"),
        (SubAck(1, (1, 0x80)), "900400010180"),
        (Unsubscribe(2, ("a/b",)), "a20700020003612f62"),
        (UnsubAck(2), "b0020002"),
        (PingReq(), "c000"),
        (PingResp(), "d000"),
        (Disconnect(), "e000"),
    ],
)
def test_the_bytes_are_those_of_the_standard(packet: Packet, data: str) -> None:
    assert packet.encode().hex() == data


@pytest.mark.parametrize(
    ("first", "body", "why"),
    [
        (0x00, b"", "packet type 0 is reserved [2.2.1]"),
        (0xF0, b"", "packet type 15 is reserved [2.2.1]"),
        (0x80, b"\0\1\0\1a\0", "SUBSCRIBE's flags are 0010 [3.8.1]"),
        (0xC1, b"", "PINGREQ's flags are 0000"),
        (0x10, b"\0\4MQTT\4\3\0\0\0\0", "CONNECT's lowest flag is reserved [3.1.2.3]"),
        (0x10, b"\0\4MQTT\4\x42\0\0\0\1x\0\1p", "a password needs a user name [3.1.2.9]"),
        (0x10, b"\0\4MQTT\4\x1e\0\0\0\1x\0\1t\0\1m", "a will at QoS 3 [3.1.2.6]"),
        (0x10, b"\0\4MQTT\4\x0a\0\0\0\1x", "a will QoS and no will [3.1.2.6]"),
        (0x36, b"\0\1a\0\1", "PUBLISH at QoS 3 [3.3.1.2]"),
        (0x38, b"\0\1a", "DUP at QoS 0 [3.3.1.1]"),
        (0x30, b"\0\0", "an empty topic [4.7.3]"),
        (0x30, b"\0\1+", "a wildcard in a topic name [3.3.2.1]"),
        (0x30, b"\0\3a\0b", "U+0000 [1.5.3]"),
        (0x30, b"\0\2\xed\xa0", "a surrogate [1.5.3]"),
        (0x32, b"\0\1a\0\0", "packet identifier 0 [2.3.1]"),
        (0x32, b"\0\1a\0", "half a packet identifier"),
        (0x82, b"\0\1", "SUBSCRIBE without a filter [3.8.3]"),
        (0x82, b"\0\1\0\1a\3", "QoS 3 [3.8.3]"),
        (0xA2, b"\0\1", "UNSUBSCRIBE without a filter [3.10.3]"),
        (0x40, b"\0\1\0", "a PUBACK that is too long"),
    ],
)
def test_what_the_standard_forbids_is_malformed(first: int, body: bytes, why: str) -> None:
    with pytest.raises(MalformedPacket):
        decode(first, body)


@pytest.mark.parametrize("head", [b"\0\4MQTT\5", b"\0\4MQTT\3", b"\0\6MQIsdp\4", b"\0\4HTTP\4"])
def test_another_protocol_or_level_is_told_apart_from_a_broken_packet(head: bytes) -> None:
    with pytest.raises(UnacceptableProtocol):
        decode(0x10, head + b"\2\0\0\0\1x")


def test_version_3_1_may_send_a_password_without_a_user_name() -> None:
    packet = Connect("x", password=b"p", level=3)
    data = packet.encode()
    assert decode(data[0], body_of(data)) == packet


def test_a_password_is_not_in_the_repr() -> None:
    assert "sesame" not in repr(Connect("x", username="u", password=b"sesame"))


def test_a_body_beyond_what_a_length_can_tell_is_an_error() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 268_435_456

    with pytest.raises(ValueError, match="268435455"):
        frame(0x30, Huge())
