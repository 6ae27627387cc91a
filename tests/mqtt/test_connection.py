import pytest

from homeward.errors import StorageError
from homeward.mqtt.broker import Limits, Refusal
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    PingReq,
    PingResp,
    PubAck,
    Publish,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
    Will,
)

from .house import Line, Promise, broker, signed_in


@pytest.mark.parametrize("level", [3, 4])
def test_a_client_of_either_version_is_let_in(level: int) -> None:
    line = Line(broker())
    assert line.send(Connect("me", level=level)) == [ConnAck(0)]
    assert line.connection.over == ""


def test_a_client_may_send_more_before_its_connack() -> None:
    line = Line(broker())
    assert line.send(Connect("me"), PingReq()) == [ConnAck(0), PingResp()]


def test_a_refused_client_is_told_the_code_and_then_hung_up() -> None:
    line = Line(broker(), refusal=Refusal(4, "the password is another account's"))
    assert line.send(Connect("me")) == [ConnAck(4)]
    assert line.connection.over == "refused: the password is another account's"


def test_version_5_is_told_so_until_it_is_spoken() -> None:
    line = Line(broker())
    assert line.send(b"\x10\x0d\0\4MQTT\5\2\0\0\0\0\0") == [ConnAck(1)]
    assert "level 5" in line.connection.over


def test_a_client_without_a_name_must_take_a_clean_session() -> None:
    line = Line(broker())
    assert line.send(Connect("", clean=False)) == [ConnAck(2)]
    assert line.asked is None


@pytest.mark.parametrize("packet", [PingReq(), Publish("a", b""), Subscribe(1, (("a", 0),))])
def test_the_first_packet_must_be_connect(packet: PingReq | Publish | Subscribe) -> None:
    line = Line(broker())
    assert line.send(packet) == []
    assert "where it is not allowed [3.1.0]" in line.connection.over


def test_a_second_connect_ends_the_connection() -> None:
    line = signed_in(broker())
    line.send(Connect("me"))
    assert "Connect where it is not allowed" in line.connection.over


def test_a_packet_that_only_servers_send_ends_the_connection() -> None:
    line = signed_in(broker())
    line.send(PingResp())
    assert line.connection.over == "a PingResp from a client"


def test_a_message_at_qos_1_is_acknowledged() -> None:
    line = signed_in(broker())
    assert line.send(Publish("a", b"x", qos=1, packet_id=7)) == [PubAck(7)]
    assert line.guest.heard == [("a", b"x")]


def test_an_acknowledgement_waits_for_its_pledge_and_leaves_in_order() -> None:
    line = signed_in(broker())
    first, second = Promise(), Promise()
    for packet_id, promise in ((1, first), (2, first), (3, None), (4, second), (5, None)):
        line.guest.promise = promise
        assert line.send(Publish("a", b"", qos=1, packet_id=packet_id)) == []
    first.keep()
    assert line.got() == [PubAck(1), PubAck(2), PubAck(3)]
    second.keep()
    assert line.got() == [PubAck(4), PubAck(5)]
    line.guest.promise = None
    assert line.send(Publish("a", b"", qos=1, packet_id=6)) == [PubAck(6)]


def test_a_pledge_kept_after_the_client_has_gone_hurts_nobody() -> None:
    line = signed_in(broker())
    line.guest.promise = promise = Promise()
    line.send(Publish("a", b"", qos=1, packet_id=1))
    line.connection.lost("gone")
    promise.keep()
    assert line.got() == []


def test_a_message_that_cannot_be_stored_is_not_acknowledged_and_not_routed() -> None:
    house = broker()
    line, listener = signed_in(house), signed_in(house, "listener")
    listener.send(Subscribe(1, (("a", 1),)))

    def refuse(topic: str, payload: bytes) -> None:
        raise StorageError("the disk is full")

    line.guest.published = refuse  # type: ignore[method-assign]
    assert line.send(Publish("a", b"", qos=1, packet_id=1)) == []
    assert line.connection.over == "the disk is full"
    assert listener.got() == []


def test_a_message_that_may_not_be_published_is_acknowledged_and_dropped() -> None:
    house = broker()
    line, listener = signed_in(house), signed_in(house, "listener")
    listener.send(Subscribe(1, (("a", 1),)))
    line.guest.forbidden = {"a"}
    assert line.send(Publish("a", b"", qos=1, packet_id=1)) == [PubAck(1)]
    assert listener.got() == []


def test_qos_2_is_granted_as_1_and_refused_when_sent() -> None:
    line = signed_in(broker())
    assert line.send(Subscribe(1, (("a", 2),))) == [SubAck(1, (1,))]
    assert line.send(Publish("a", b"", qos=2, packet_id=1)) == []
    assert "QoS 2" in line.connection.over


def test_a_filter_that_is_not_allowed_is_refused_alone() -> None:
    line = signed_in(broker())
    line.guest.forbidden = {"b"}
    assert line.send(Subscribe(5, (("a", 1), ("b", 0), ("c", 0)))) == [SubAck(5, (1, 0x80, 0))]
    assert line.guest.filters == ["a", "c"]


def test_what_is_no_filter_ends_the_connection() -> None:
    line = signed_in(broker())
    line.send(Subscribe(1, (("a#", 0),)))
    assert line.connection.over == "'a#' is no topic filter [4.7.1]"


def test_after_unsubscribing_nothing_comes() -> None:
    house = broker()
    line = signed_in(house)
    line.send(Subscribe(1, (("a", 0),)))
    assert line.send(Unsubscribe(2, ("a", "never"))) == [UnsubAck(2)]
    house.publish("a", b"x")
    assert line.got() == []


def test_version_3_1_may_set_dup_on_subscribe() -> None:
    line = signed_in(broker(), connect=Connect("me", level=3))
    assert line.send(b"\x8a" + Subscribe(1, (("a", 0),)).encode()[1:]) == [SubAck(1, (0,))]


def test_silence_of_one_and_a_half_keep_alives_is_too_long() -> None:
    line = signed_in(broker(), connect=Connect("me", keep_alive=30))
    line.send(PingReq(), now=100.0)
    assert line.connection.expired(145.0) == ""
    assert line.connection.expired(146.0) == "keep-alive: nothing heard for 46 s"
    assert signed_in(broker()).connection.expired(1e9) == ""


def test_a_will_is_published_when_the_client_is_lost() -> None:
    house = broker()
    listener = signed_in(house, "listener")
    listener.send(Subscribe(1, (("w", 1),)))
    line = signed_in(house, connect=Connect("me", will=Will("w", b"gone", qos=1)))
    line.connection.lost("the peer closed the connection")
    assert listener.got() == [Publish("w", b"gone", qos=1, packet_id=1)]
    assert line.guest.over == "the peer closed the connection"


def test_no_will_is_published_after_a_goodbye() -> None:
    house = broker()
    listener = signed_in(house, "listener")
    listener.send(Subscribe(1, (("w", 0),)))
    line = signed_in(house, connect=Connect("me", will=Will("w", b"gone")))
    line.send(Disconnect())
    line.connection.lost("the peer closed the connection")
    assert listener.got() == []
    assert line.guest.over == "the client said goodbye"


def test_a_client_is_told_to_be_gone_once() -> None:
    line = signed_in(broker())
    line.connection.close("one")
    line.connection.close("two")
    line.connection.lost("three")
    assert (line.connection.over, line.guest.over) == ("one", "one")


def test_nothing_is_heard_after_the_end() -> None:
    line = signed_in(broker())
    line.connection.close("enough")
    assert line.send(Publish("a", b"", qos=1, packet_id=1)) == []
    assert line.guest.heard == []


@pytest.mark.parametrize(
    ("limits", "data", "why"),
    [
        (Limits(packet=100), b"\x30\xff\xff\xff\x7f", "a packet of 268435455 bytes, where at most 100 are taken"),
        (Limits(topic=3), Publish("long", b"").encode(), "a topic of 4 characters"),
    ],
)
def test_what_exceeds_a_limit_ends_the_connection(limits: Limits, data: bytes, why: str) -> None:
    line = signed_in(broker(limits))
    line.send(data)
    assert line.connection.over == why


def test_subscriptions_beyond_the_limit_are_refused() -> None:
    line = signed_in(broker(Limits(subscriptions=2, topic=3)))
    granted = line.send(Subscribe(1, (("a", 0), ("b", 0), ("c", 0), ("a", 1), ("long", 0))))
    assert granted == [SubAck(1, (0, 0, 0x80, 1, 0x80))]


def test_a_client_that_acknowledges_nothing_is_hung_up() -> None:
    house = broker(Limits(inflight=2))
    line = signed_in(house)
    line.send(Subscribe(1, (("a", 1),)))
    for _ in range(2):
        house.publish("a", b"", qos=1)
    assert line.send(PubAck(1))[:1] == [Publish("a", b"", qos=1, packet_id=1)]
    house.publish("a", b"", qos=1)
    assert line.connection.over == ""
    house.publish("a", b"", qos=1)
    assert line.connection.over == "it does not acknowledge: 2 messages were in flight"


def test_a_packet_identifier_in_flight_is_not_used_again() -> None:
    house = broker(Limits(inflight=0xFFFF))
    line = signed_in(house)
    line.send(Subscribe(1, (("a", 1),)))
    for _ in range(0xFFFF):
        house.publish("a", b"", qos=1)
    line.send(PubAck(5), PubAck(0xFFFF))
    house.publish("a", b"", qos=1)
    house.publish("a", b"", qos=1)
    assert [packet.packet_id for packet in line.got() if isinstance(packet, Publish)] == [5, 0xFFFF]


def test_a_client_that_does_not_read_is_hung_up() -> None:
    house = broker(Limits(outgoing=1_000))
    line = signed_in(house)
    line.send(Subscribe(1, (("a", 0),)))
    for _ in range(11):
        house.publish("a", bytes(90))
    assert line.connection.over.startswith("it does not read: 10")


def test_each_byte_may_come_alone() -> None:
    line = Line(broker())
    data = Connect("me").encode() + Publish("a", b"x", qos=1, packet_id=1).encode() + PingReq().encode()
    for byte in data:
        line.connection.receive(bytes((byte,)), 0.0)
    assert line.got() == [ConnAck(0), PubAck(1), PingResp()]
