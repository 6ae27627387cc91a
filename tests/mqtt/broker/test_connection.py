import pytest

from homeward.errors import ProtocolError, StorageError
from homeward.mqtt.broker import Challenge, Limits, Refusal
from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    Will,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, Memory, Promise, broker, signed_in

LEVELS = pytest.mark.parametrize("level", [3, 4, 5])


def codes(packets: list[Packet]) -> list[tuple[type, int]]:
    """What was said and why, without the words."""
    return [(type(packet), getattr(packet, "code", 0)) for packet in packets]


@LEVELS
def test_a_client_of_each_version_is_let_in(level: int) -> None:
    line = Line(broker())
    assert codes(line.send(Connect("me", level=level))) == [(ConnAck, 0)]
    assert line.connection.over == ""


def test_a_client_may_send_more_before_its_connack() -> None:
    line = Line(broker())
    assert line.send(Connect("me"), PingReq()) == [ConnAck(0), PingResp()]


def test_a_refused_client_is_told_the_code_and_then_hung_up() -> None:
    line = Line(broker(), refusal=Refusal(4, "the password is another account's"))
    assert line.send(Connect("me")) == [ConnAck(4)]
    assert line.connection.over == "refused: the password is another account's"


def test_a_refused_client_of_mqtt_5_is_told_the_reason_and_where_else_to_go() -> None:
    line = Line(broker(), refusal=Refusal(3, "full", Reason.USE_ANOTHER_SERVER, "other:1883"))
    said: Properties = {"reason_string": "full", "server_reference": "other:1883"}
    assert line.send(Connect("me", level=5)) == [ConnAck(Reason.USE_ANOTHER_SERVER, properties=said)]
    assert codes(Line(broker(), refusal=Refusal(4, "no")).send(Connect("me", level=5))) == [
        (ConnAck, Reason.BAD_USER_NAME_OR_PASSWORD)
    ]


def test_a_version_that_is_not_spoken_is_told_so() -> None:
    line = Line(broker())
    assert line.send(b"\x10\x0d\0\4MQTT\6\2\0\0\0\0\0") == [ConnAck(1)]
    assert "level 6" in line.connection.over


@pytest.mark.parametrize(("level", "clean"), [(3, True), (3, False), (4, False)])
def test_a_client_without_a_name_is_let_in_only_where_it_may_be(level: int, clean: bool) -> None:
    line = Line(broker())
    assert line.send(Connect("", clean=clean, level=level)) == [ConnAck(2)]
    assert line.asked is None
    other = Line(broker())
    assert other.send(Connect("")) == [ConnAck(0)]
    assert other.asked == Connect("assigned")


@LEVELS
@pytest.mark.parametrize("packet", [PingReq(), Publish("a", b""), Subscribe(1, (Subscription("a"),)), Auth(0x18)])
def test_the_first_packet_must_be_connect(level: int, packet: Packet) -> None:
    line = Line(broker())
    line.level = level
    assert line.send(packet) == []
    assert line.connection.over


@LEVELS
@pytest.mark.parametrize("packet", [Connect("me"), PingResp(), ConnAck(0), SubAck(1, (0,))])
def test_what_no_client_may_send_now_ends_the_connection(level: int, packet: Packet) -> None:
    line = signed_in(broker(), connect=Connect("me", level=level))
    assert codes(line.send(packet)) == [(Disconnect, Reason.PROTOCOL_ERROR)] * (level == 5)
    assert f"a {type(packet).__name__} from a client that is connected" in line.connection.over


@LEVELS
@pytest.mark.parametrize("head", [b"\0\4MQTT\6", b"\0\4HTTP\4"])
def test_a_second_connect_is_one_whatever_it_is_of(level: int, head: bytes) -> None:
    line = signed_in(broker(), connect=Connect("me", level=level))
    assert codes(line.send(b"\x10\x0d" + head + bytes(6))) == [(Disconnect, Reason.PROTOCOL_ERROR)] * (level == 5)
    assert line.connection.over


@LEVELS
def test_each_byte_may_come_alone(level: int) -> None:
    line = Line(broker())
    packets: tuple[Packet, ...] = (Connect("me", level=level), Publish("a", b"x", 1, packet_id=1), PingReq())
    for byte in b"".join(packet.encode(level) for packet in packets):
        line.connection.receive(bytes((byte,)), 0.0)
    assert [type(packet) for packet in line.got()] == [ConnAck, PubAck, PingResp]


def test_a_packet_beyond_the_limit_is_not_waited_for_not_even_in_crumbs() -> None:
    for size in (1, 2, 5):
        line = signed_in(broker(Limits(packet=100)), connect=Connect("me", level=5))
        data = b"\x30\xff\xff\xff\x7f" + bytes(5)
        for at in range(0, len(data), size):
            line.connection.receive(data[at : at + size], 0.0)
        assert codes(line.got()) == [(Disconnect, Reason.PACKET_TOO_LARGE)]
        assert line.connection.over == "a packet of 268435455 bytes, where at most 100 are taken"


def test_what_a_client_said_is_quoted_in_part() -> None:
    line = signed_in(broker(), connect=Connect("me", level=5))
    (gone,) = line.send(Subscribe(1, (Subscription("##" + "\U0001f600" * 10_000),)))
    assert isinstance(gone, Disconnect)
    assert len(gone.properties["reason_string"]) == 500
    assert len(line.connection.over) == 500


@pytest.mark.parametrize("will", ["a/b/c", "long topic"])
def test_a_will_is_held_to_the_limits_of_topics(will: str) -> None:
    line = Line(broker(Limits(topic=9, levels=2)))
    assert codes(line.send(Connect("me", will=Will(will, b""), level=5))) == [(ConnAck, Reason.TOPIC_NAME_INVALID)]
    assert line.connection.over


# --- acknowledgements


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


@pytest.mark.parametrize("error", [StorageError("the disk is full"), ProtocolError("no JSON")])
def test_a_message_that_the_house_cannot_take_is_not_acknowledged_and_not_routed(error: Exception) -> None:
    house = broker()
    line, listener = signed_in(house, connect=Connect("me", level=5)), signed_in(house, "listener")
    listener.send(Subscribe(1, (Subscription("a", 1),)))

    def refuse(topic: str, payload: bytes) -> None:
        raise error

    line.guest.published = refuse  # type: ignore[method-assign]
    answers = line.send(Publish("a", b"", qos=1, packet_id=1))
    assert codes(answers) == [(Disconnect, Reason.IMPLEMENTATION_SPECIFIC_ERROR)]
    assert line.guest.over == str(error)
    assert listener.got() == []


def test_a_client_of_mqtt_5_has_as_many_messages_under_way_as_it_was_told() -> None:
    line = signed_in(broker(Limits(inflight=2)), connect=Connect("me", level=5))
    line.guest.promise = promise = Promise()
    assert line.send(Publish("a", b"", 1, packet_id=1), Publish("a", b"", 2, packet_id=2)) == []
    promise.keep()
    assert len(line.got()) == 2
    assert line.send(Publish("a", b"", 1, packet_id=3)) == []
    assert codes(line.send(Publish("a", b"", 1, packet_id=4))) == [(Disconnect, Reason.RECEIVE_MAXIMUM_EXCEEDED)]


def test_a_qos_2_message_that_is_not_stored_yet_counts_once() -> None:
    line = signed_in(broker(Limits(inflight=3)), connect=Connect("me", level=5))
    line.guest.promise = Promise()
    line.send(*(Publish("a", b"", 2, packet_id=packet_id) for packet_id in (1, 2, 3)))
    assert line.connection.unacknowledged == 3
    assert line.connection.over == ""


def test_one_of_a_version_before_has_as_many_as_there_are_identifiers() -> None:
    line = signed_in(broker())
    line.guest.promise = Promise()
    packets = [Publish("a", b"", 1, packet_id=packet_id).encode() for packet_id in range(1, 65_536)]
    assert line.send(*packets) == []
    assert line.connection.over == ""
    line.send(Publish("a", b"", 1, packet_id=1))
    assert line.connection.over == "more than 65535 unacknowledged messages"


# --- enhanced authentication


METHOD: Properties = {"authentication_method": "M"}


def test_a_client_is_let_in_when_it_has_answered_every_challenge() -> None:
    line = Line(broker())
    line.answer(Challenge(METHOD), Challenge({**METHOD, "authentication_data": b"2"}), line.guest)
    assert line.send(Connect("me", level=5, properties=METHOD)) == [Auth(0x18, METHOD)]
    assert line.send(Auth(0x18, METHOD)) == [Auth(0x18, {**METHOD, "authentication_data": b"2"})]
    (greeting,) = line.send(Auth(0x18, METHOD))
    assert isinstance(greeting, ConnAck)
    assert (greeting.code, greeting.properties["authentication_method"]) == (0, "M")


@pytest.mark.parametrize(
    "packet", [Auth(0x18), Auth(0x18, {"authentication_method": "N"}), Auth(0x19, METHOD), PingReq(), Connect("me")]
)
def test_what_does_not_belong_to_the_exchange_ends_it(packet: Packet) -> None:
    line = Line(broker())
    line.answer(Challenge(METHOD), line.guest)
    line.send(Connect("me", level=5, properties=METHOD))
    assert codes(line.send(packet)) == [(ConnAck, Reason.PROTOCOL_ERROR)]
    assert line.guest.heard == []


def test_a_client_that_fails_is_refused_with_a_connack() -> None:
    line = Line(broker())
    line.answer(Challenge(METHOD), Refusal(5, "no"))
    line.send(Connect("me", level=5, properties=METHOD))
    assert codes(line.send(Auth(0x18, METHOD))) == [(ConnAck, Reason.NOT_AUTHORIZED)]


# --- what goes out


def test_its_host_is_stirred_once_until_it_takes() -> None:
    house = broker()
    line = signed_in(house)
    line.send(Subscribe(1, (Subscription("a"),)))
    line.stirs = 0
    for _ in range(3):
        house.publish("a", b"")
    assert line.stirs == 1
    line.got()
    house.publish("a", b"")
    assert line.stirs == 2


def test_messages_beyond_a_burst_wait_until_they_are_taken() -> None:
    house = broker(Limits(burst=1_000))
    line = signed_in(house)
    line.send(Subscribe(1, (Subscription("a"),)))
    for _ in range(100):
        house.publish("a", bytes(100))
    assert line.connection.blocked
    assert len(line.connection.take()) < 1_200
    line.connection.drained()
    assert 900 < len(line.connection.take()) < 1_200


def test_acknowledgements_do_not_wait_for_a_slow_reader() -> None:
    line = signed_in(broker())
    line.connection.blocked = True
    assert line.send(Publish("a", b"", 1, packet_id=1), PingReq()) == [PubAck(1), PingResp()]


def test_a_message_larger_than_its_client_takes_is_dropped_and_counted() -> None:
    house = broker()
    line = signed_in(house, connect=Connect("me", level=5, properties={"maximum_packet_size": 50}))
    line.send(Subscribe(1, (Subscription("a", 2),)))
    for qos in (0, 1, 2):
        house.publish("a", bytes(100), qos)
        house.publish("a", b"small", qos)
    assert [packet.payload for packet in line.got() if isinstance(packet, Publish)] == [b"small"] * 3
    assert house.counts == {"dropped_large": 3}


# --- time and the end


def test_silence_of_one_and_a_half_keep_alives_is_too_long() -> None:
    line = signed_in(broker(), connect=Connect("me", keep_alive=30))
    line.send(PingReq(), now=100.0)
    assert line.connection.expired(145.0) == ""
    assert line.connection.expired(146.0) == "keep-alive: nothing heard for 46 s"
    assert signed_in(broker()).connection.expired(1e9) == ""


@pytest.mark.parametrize(("asked", "most", "given"), [(60, 0, 60), (0, 30, 30), (60, 30, 30), (10, 30, 10), (0, 0, 0)])
def test_a_keep_alive_is_capped_and_mqtt_5_is_told(asked: int, most: int, given: int) -> None:
    line = Line(broker())
    line.guest.keep_alive = most
    (greeting,) = line.send(Connect("me", asked, level=5))
    assert line.connection.keep_alive == given
    assert isinstance(greeting, ConnAck)
    assert greeting.properties.get("server_keep_alive", asked) == given


def test_a_client_is_told_to_be_gone_once() -> None:
    line = signed_in(broker(), connect=Connect("me", level=5))
    line.connection.close("one", Reason.ADMINISTRATIVE_ACTION)
    line.connection.close("two")
    line.connection.lost("three")
    assert line.got() == [Disconnect(Reason.ADMINISTRATIVE_ACTION, {"reason_string": "one"})]
    assert (line.connection.over, line.guest.over) == ("one", "one")


def test_nothing_is_heard_after_the_end() -> None:
    line = signed_in(broker())
    line.connection.close("enough")
    assert line.send(Publish("a", b"", qos=1, packet_id=1)) == []
    assert line.guest.heard == []


def test_a_client_is_redirected_and_one_before_mqtt_5_only_sent_away() -> None:
    modern, old = signed_in(broker(), connect=Connect("me", level=5)), signed_in(broker())
    for line in (modern, old):
        line.connection.redirect("other:1883", Reason.SERVER_MOVED)
    (gone,) = modern.got()
    assert isinstance(gone, Disconnect)
    assert (gone.code, gone.properties["server_reference"]) == (Reason.SERVER_MOVED, "other:1883")
    assert old.got() == []
    assert old.connection.over


def test_a_newcomer_whose_house_fails_does_not_leave_the_one_it_took_over() -> None:
    house = broker()
    older, newer = signed_in(house), Line(house)

    def fail() -> None:
        raise StorageError("the disk is full")

    newer.guest.opened = fail  # type: ignore[method-assign]
    newer.send(Connect("me"))
    assert newer.guest.over == "the disk is full"
    assert older.guest.over == "taken over by a newer connection of the same client"
    assert not house.sessions


def test_a_client_goes_though_the_vault_takes_no_goodbye() -> None:
    vault = Memory()
    house = broker(vault=vault)
    line = signed_in(house, connect=Connect("me", clean=False))
    line.send(Publish("a", b"", 2, packet_id=1))
    vault.refuses = True
    stirs = line.stirs
    line.send(Disconnect())
    assert line.guest.over == "the client said goodbye"
    assert line.stirs > stirs
    assert house.sessions["me"].connection is None


def test_a_qos_2_message_is_not_released_while_that_cannot_be_kept() -> None:
    vault = Memory()
    house = broker(vault=vault)
    line = signed_in(house, connect=Connect("me", clean=False))
    assert line.send(Publish("a", b"", 2, packet_id=1)) == [PubRec(1)]
    vault.refuses = True
    assert line.send(PubRel(1)) == []
    assert line.guest.over == "the disk is full"
    assert house.sessions["me"].received == {1}


@pytest.mark.parametrize("first", [0x40, 0x50, 0x62, 0x70])
def test_an_acknowledgement_of_packet_identifier_0_ends_the_connection(first: int) -> None:
    line = signed_in(broker())
    line.send(bytes((first, 2, 0, 0)))
    assert line.connection.over == "packet identifier 0"
