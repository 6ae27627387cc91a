import pytest

from homeward.mqtt.broker import Challenge, Limits, Pledge, Refusal
from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
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
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, Memory, broker, signed_in

LEVELS = pytest.mark.parametrize("level", [3, 4, 5])
MODERN = Connect("me", level=5)
METHOD: Properties = {"authentication_method": "M"}


def reasons(packets: list[Packet]) -> list[tuple[type, int]]:
    return [(type(packet), getattr(packet, "code", 0)) for packet in packets]


# --- publishing


@LEVELS
def test_a_message_is_acknowledged_at_each_qos(level: int) -> None:
    line = signed_in(broker(), connect=Connect("me", level=level))
    line.send(Subscribe(1, (Subscription("other"),)))
    assert line.send(Publish("a", b"0")) == []
    nobody = Reason.NO_MATCHING_SUBSCRIBERS if level == 5 else 0
    assert line.send(Publish("a", b"1", 1, packet_id=7)) == [PubAck(7, nobody)]
    assert line.send(Publish("a", b"2", 2, packet_id=7)) == [PubRec(7, nobody)]
    assert line.send(Publish("a", b"2", 2, dup=True, packet_id=7)) == [PubRec(7)]
    assert line.send(PubRel(7)) == [PubComp(7)]
    unknown = Reason.PACKET_IDENTIFIER_NOT_FOUND if level == 5 else 0
    assert line.send(PubRel(7)) == [PubComp(7, unknown)]
    assert line.guest.heard == [("a", b"0"), ("a", b"1"), ("a", b"2")]


@LEVELS
def test_a_message_that_rules_forbid_is_acknowledged_and_dropped(level: int) -> None:
    house = broker()
    line, listener = signed_in(house, connect=Connect("me", level=level)), signed_in(house, "listener")
    listener.send(Subscribe(1, (Subscription("a", 2),)))
    line.guest.forbidden = {"a"}
    no = Reason.NOT_AUTHORIZED if level == 5 else 0
    assert line.send(Publish("a", b""), Publish("a", b"", 1, packet_id=1)) == [PubAck(1, no)]
    assert line.send(Publish("a", b"", 2, packet_id=2)) == [PubRec(2, no)]
    assert line.connection.unacknowledged == (level < 5)
    assert listener.got() == []


@LEVELS
@pytest.mark.parametrize("topic", ["a/b/c", "long"])
def test_a_topic_beyond_the_limits_ends_the_connection(level: int, topic: str) -> None:
    line = signed_in(broker(Limits(topic=9, levels=2)), connect=Connect("me", level=level))
    answers = line.send(Publish("1234567890" if topic == "long" else topic, b""))
    assert reasons(answers) == [(Disconnect, Reason.TOPIC_NAME_INVALID)] * (level == 5)
    assert line.connection.over
    assert line.guest.heard == []


@LEVELS
def test_a_pubrec_that_refuses_ends_the_exchange_and_one_for_nothing_is_told_so(level: int) -> None:
    house = broker()
    line = signed_in(house, connect=Connect("me", level=level))
    line.send(Subscribe(1, (Subscription("a", 2),)))
    house.publish("a", b"x", 2)
    line.got()
    refusing, unknown = (Reason.QUOTA_EXCEEDED, Reason.PACKET_IDENTIFIER_NOT_FOUND) if level == 5 else (0, 0)
    assert line.send(PubRec(1, refusing)) == ([] if level == 5 else [PubRel(1)])
    assert line.send(PubComp(1)) == []
    assert house.sessions["me"].size == 0
    assert line.send(PubRec(1)) == [PubRel(1, unknown)]


@pytest.mark.parametrize("refused", ["receipt", "delivery"])
def test_a_qos_2_message_reaches_each_once_though_the_vault_refuses_at_any_moment(refused: str) -> None:
    class Moody(Memory):
        def put(self, key: str, value: bytes | None) -> Pledge:
            if self.refuses and not key.startswith(refused):
                self.refuses = False
                pledge = super().put(key, value)
                self.refuses = True
                return pledge
            return super().put(key, value)

    vault = Moody()
    house = broker(vault=vault)
    listeners = [signed_in(house, name, Connect(name, clean=name == "clean")) for name in ("one", "clean", "two")]
    for listener in listeners:
        listener.send(Subscribe(1, (Subscription("a", 2),)))
    publisher = signed_in(house, "pub", Connect("pub", clean=False))
    vault.refuses = True
    assert publisher.send(Publish("a", b"x", 2, packet_id=1)) == []
    assert publisher.guest.over == "the disk is full"
    vault.refuses = False
    publisher = signed_in(house, "pub", Connect("pub", clean=False))
    assert publisher.send(Publish("a", b"x", 2, dup=True, packet_id=1)) == [PubRec(1)]
    for listener in listeners:
        assert [packet.payload for packet in listener.got() if isinstance(packet, Publish)] == [b"x"]


def test_what_a_client_says_again_over_a_new_connection_waits_for_the_vault_again() -> None:
    vault = Memory(patient=True)
    house = broker(vault=vault)
    connect = Connect("me", clean=False)
    first = signed_in(house, connect=connect)
    vault.commit()
    assert first.send(Publish("a", b"", 2, packet_id=1)) == []
    second = signed_in(house, connect=connect)
    assert second.send(Publish("a", b"", 2, dup=True, packet_id=1)) == []
    vault.commit()
    assert second.got() == [PubRec(1)]
    assert second.send(PubRel(1)) == []
    third = signed_in(house, connect=connect)
    assert third.send(PubRel(1)) == []
    vault.commit()
    assert third.got() == [PubComp(1)]


# --- subscribing


@LEVELS
def test_a_filter_that_may_not_be_is_refused_alone(level: int) -> None:
    """MQTT 3.1 has no word for it: its clients are told what they asked for."""
    line = signed_in(broker(Limits(topic=9, levels=2)), connect=Connect("me", level=level))
    line.guest.forbidden = {"b"}
    wanted = tuple(Subscription(text, qos) for text, qos in (("a", 2), ("b", 0), ("a/+/#", 0), ("1234567890", 1)))
    invalid = Reason.TOPIC_FILTER_INVALID
    codes = {3: (2, 0, 0, 1), 4: (2, 0x80, 0x80, 0x80), 5: (2, Reason.NOT_AUTHORIZED, invalid, invalid)}
    assert line.send(Subscribe(5, wanted)) == [SubAck(5, codes[level])]
    assert line.guest.filters == ["a"]


@LEVELS
def test_subscriptions_beyond_the_limit_are_refused_and_known_ones_may_change(level: int) -> None:
    line = signed_in(broker(Limits(subscriptions=2)), connect=Connect("me", level=level))
    wanted = tuple(Subscription(text, qos) for text, qos in (("a", 0), ("b", 0), ("c", 0), ("a", 1)))
    refused = {3: 0, 4: 0x80, 5: Reason.QUOTA_EXCEEDED}[level]
    assert line.send(Subscribe(1, wanted)) == [SubAck(1, (0, 0, refused, 1))]
    assert len(line.guest.filters) == 3
    line.send(Unsubscribe(2, ("b",)))
    assert line.send(Subscribe(3, (Subscription("c"),))) == [SubAck(3, (0,))]


@LEVELS
@pytest.mark.parametrize("topic_filter", ["a#", "$share/us/", "$share//a", "$share/u+/a", "$share/us"])
def test_what_is_no_filter_ends_the_connection(level: int, topic_filter: str) -> None:
    line = signed_in(broker(), connect=Connect("me", level=level))
    assert len(line.send(Subscribe(1, (Subscription(topic_filter),)))) == (level == 5)
    assert "is no topic filter" in line.connection.over


def test_rules_are_asked_about_the_filter_that_is_shared() -> None:
    line = signed_in(broker())
    line.guest.forbidden = {"b"}
    assert line.send(Subscribe(1, (Subscription("$share/us/b"), Subscription("$share/us/a")))) == [SubAck(1, (0x80, 0))]


def test_a_shared_subscription_with_no_local_breaks_the_protocol() -> None:
    line = signed_in(broker(), connect=MODERN)
    answers = line.send(Subscribe(1, (Subscription("$share/us/a", no_local=True),)))
    assert reasons(answers) == [(Disconnect, Reason.PROTOCOL_ERROR)]


@pytest.mark.parametrize(("handling", "first", "second"), [(0, 1, 1), (1, 1, 0), (2, 0, 0)])
def test_retained_messages_come_as_their_subscriber_asked(handling: int, first: int, second: int) -> None:
    house = broker()
    house.publish("a", b"x", retain=True)
    line = signed_in(house, connect=MODERN)
    for count in (first, second):
        (_, *got) = line.send(Subscribe(1, (Subscription("a", retain_handling=handling),)))
        assert got == [Publish("a", b"x", retain=True)] * count


@LEVELS
def test_after_unsubscribing_nothing_comes(level: int) -> None:
    house = broker()
    line = signed_in(house, connect=Connect("me", level=level))
    line.send(Subscribe(1, (Subscription("a"),)))
    codes = (0, Reason.NO_SUBSCRIPTION_EXISTED) if level == 5 else ()
    assert line.send(Unsubscribe(2, ("a", "never"))) == [UnsubAck(2, codes)]
    house.publish("a", b"x")
    assert line.got() == []


# --- leaving


def test_a_session_may_be_made_shorter_by_its_goodbye_and_not_begun_by_it() -> None:
    house = broker()
    asked: Properties = {"session_expiry_interval": 60}
    line = signed_in(house, connect=Connect("me", level=5, properties=asked))
    line.send(Disconnect(0, {"session_expiry_interval": 0}))
    assert not house.sessions
    line = signed_in(house, connect=MODERN)
    assert reasons(line.send(Disconnect(0, asked))) == [(Disconnect, Reason.PROTOCOL_ERROR)]


# --- authenticating again


def test_a_client_may_authenticate_again_step_by_step() -> None:
    line = signed_in(broker(), connect=Connect("me", level=5, properties=METHOD))
    line.answer(Challenge(METHOD), line.guest)
    assert line.send(Auth(Reason.RE_AUTHENTICATE, METHOD)) == [Auth(Reason.CONTINUE_AUTHENTICATION, METHOD)]
    assert line.send(Auth(Reason.CONTINUE_AUTHENTICATION, METHOD)) == [Auth(Reason.SUCCESS, METHOD)]
    assert line.connection.over == ""


def test_one_that_fails_to_is_sent_away() -> None:
    line = signed_in(broker(), connect=Connect("me", level=5, properties=METHOD))
    line.answer(Refusal(5, "no"))
    assert reasons(line.send(Auth(Reason.RE_AUTHENTICATE, METHOD))) == [(Disconnect, Reason.NOT_AUTHORIZED)]


@pytest.mark.parametrize(
    "packet",
    [Auth(Reason.CONTINUE_AUTHENTICATION, METHOD), Auth(Reason.RE_AUTHENTICATE), Auth(Reason.SUCCESS, METHOD)],
)
def test_an_auth_out_of_turn_breaks_the_protocol(packet: Auth) -> None:
    line = signed_in(broker(), connect=Connect("me", level=5, properties=METHOD))
    assert reasons(line.send(packet)) == [(Disconnect, Reason.PROTOCOL_ERROR)]


def test_there_is_no_auth_without_a_method() -> None:
    line = Line(broker())
    assert reasons(line.send(MODERN)) == [(ConnAck, 0)]
    assert reasons(line.send(Auth(Reason.RE_AUTHENTICATE, METHOD))) == [(Disconnect, Reason.PROTOCOL_ERROR)]
