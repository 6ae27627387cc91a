import pytest

from homeward.mqtt.broker import Broker, Limits, Refusal
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    Publish,
    PubRec,
    Subscribe,
    Subscription,
    Will,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, Memory, Now, Promise, broker, signed_in


def lasting(name: str, expiry: int = 100, will: Will | None = None) -> Connect:
    return Connect(name, clean=False, will=will, level=5, properties={"session_expiry_interval": expiry})


def listener(house: Broker, name: str = "listener", connect: Connect | None = None, topic: str = "#") -> Line:
    line = signed_in(house, name, connect)
    line.send(Subscribe(1, (Subscription(topic, 1),)))
    return line


def heard(line: Line) -> list[bytes]:
    return [packet.payload for packet in line.got() if isinstance(packet, Publish)]


def restarted(vault: Memory, now: Now | None = None, limits: Limits | None = None) -> Broker:
    house = broker(limits, now, vault)
    house.restore(list(vault.kept.items()))
    return house


# --- who gets what


def test_each_subscriber_gets_a_message_once_at_the_lower_qos() -> None:
    house = broker()
    line = signed_in(house)
    line.send(Subscribe(1, (Subscription("a/+", 0), Subscription("a/b", 1), Subscription("#", 0))))
    assert house.publish("a/b", b"x", qos=1) == 1
    assert house.publish("a/b", b"y", qos=0) == 1
    assert line.got() == [Publish("a/b", b"x", qos=1, packet_id=1), Publish("a/b", b"y")]


def test_a_message_nobody_wants_goes_nowhere() -> None:
    assert broker().publish("a", b"x") == 0


def test_clients_of_one_broker_hear_nothing_of_anothers() -> None:
    one, other = broker(), broker()
    line = listener(other)
    one.publish("a", b"x", 1, retain=True)
    assert heard(line) == []
    assert heard(listener(other, "late")) == []


def test_who_wants_nothing_of_its_own_still_has_it_by_another_subscription() -> None:
    house = broker()
    line = signed_in(house, connect=Connect("me", level=5))
    line.send(Subscribe(1, (Subscription("a/#", 2, no_local=True),), {"subscription_identifier": (1,)}))
    line.send(Publish("a/b", b"own"))
    assert line.got() == []
    line.send(Subscribe(2, (Subscription("+/b", 0),), {"subscription_identifier": (2,)}))
    line.connection.receive(Publish("a/b", b"own", 1, packet_id=1).encode(5), 0.0)
    house.publish("a/b", b"other", 1)
    got = [packet for packet in line.got() if isinstance(packet, Publish)]
    assert [(packet.payload, packet.qos, packet.properties["subscription_identifier"]) for packet in got] == [
        (b"own", 0, (2,)),
        (b"other", 1, (1, 2)),
    ]


def test_what_concerned_the_publishers_connection_alone_is_not_passed_on() -> None:
    house = broker()
    line = listener(house, connect=Connect("listener", level=5))
    said: Properties = {"topic_alias": 1, "content_type": "text"}
    signed_in(house, "me", Connect("me", level=5)).send(Publish("a", b"x", properties=said))
    (packet,) = line.got()
    assert isinstance(packet, Publish)
    assert packet.properties == {"content_type": "text"}


# --- sessions


def test_a_newer_client_of_the_same_identity_takes_over() -> None:
    house = broker()
    older = signed_in(house, connect=Connect("me", level=5))
    newer = signed_in(house)
    assert older.guest.over == "taken over by a newer connection of the same client"
    assert [packet.code for packet in older.got() if isinstance(packet, Disconnect)] == [Reason.SESSION_TAKEN_OVER]
    assert house.sessions["me"].connection is newer.connection
    older.connection.lost("the peer closed the connection")
    assert house.sessions["me"].connection is newer.connection


def test_a_refused_client_takes_nothing_over() -> None:
    house = broker()
    older = signed_in(house)
    Line(house, "me", refusal=Refusal(4, "wrong password")).send(Connect("me"))
    assert older.guest.over == ""
    assert house.sessions["me"].connection is older.connection


@pytest.mark.parametrize(
    ("connect", "answer"),
    [(Connect("new", clean=False), 3), (lasting("new"), Reason.QUOTA_EXCEEDED)],
)
def test_no_more_sessions_outlive_their_connections_than_may(connect: Connect, answer: int) -> None:
    house = broker(Limits(sessions=1))
    signed_in(house, "old", lasting("old"))
    line = Line(house, "new")
    (greeting,) = line.send(connect)
    assert isinstance(greeting, ConnAck)
    assert greeting.code == answer
    assert "as many lasting sessions as there may be" in line.connection.over
    assert not signed_in(house, "clean").connection.over
    assert not signed_in(house, "old", lasting("old")).connection.over
    signed_in(house, "old", Connect("old"))
    assert not signed_in(house, "new", connect).connection.over


def test_what_the_vault_is_still_to_forget_counts_too() -> None:
    vault = Memory()
    house = broker(Limits(sessions=2), vault=vault)
    signed_in(house, "old", lasting("old"))
    vault.refuses = True
    for _ in range(3):
        signed_in(house, "old", Connect("old"))
    signed_in(house, "one", lasting("one"))
    assert signed_in(house, "two", lasting("two")).connection.over
    vault.refuses = False
    house.sweep()
    assert set(vault.kept) == {"session one"}


def test_a_session_that_has_expired_is_not_taken_up_even_before_the_sweep() -> None:
    now = Now()
    house = broker(now=now)
    listener(house, "me", lasting("me", 10)).connection.lost("gone")
    now.at += 10
    line = Line(house, "me")
    (greeting,) = line.send(lasting("me", 10))
    assert isinstance(greeting, ConnAck)
    assert not greeting.session_present
    assert house.publish("a", b"") == 0


@pytest.mark.parametrize(("asked", "most", "given"), [(0, 100, 0), (50, 100, 50), (200, 100, 100), (0xFFFFFFFF, 9, 9)])
def test_a_session_lasts_as_long_as_it_asked_and_may(asked: int, most: float, given: int) -> None:
    now = Now()
    house = broker(now=now)
    line = Line(house, "me")
    line.guest.session_expiry = most
    (greeting,) = line.send(lasting("me", asked))
    assert isinstance(greeting, ConnAck)
    assert greeting.properties.get("session_expiry_interval", asked) == given
    line.connection.lost("gone")
    now.at += given - 1
    house.sweep()
    assert bool(house.sessions) == (given > 0)
    now.at += 1
    house.sweep()
    assert not house.sessions


# --- wills


def test_a_will_is_published_when_the_client_is_lost() -> None:
    house = broker()
    line = listener(house)
    signed_in(house, "me", Connect("me", will=Will("w", b"gone", 1))).connection.lost("the network is gone")
    assert line.got() == [Publish("w", b"gone", 1, packet_id=1)]


@pytest.mark.parametrize(
    ("code", "published"), [(0, False), (Reason.DISCONNECT_WITH_WILL_MESSAGE, True), (Reason.UNSPECIFIED_ERROR, True)]
)
def test_only_a_normal_goodbye_takes_the_will_back(code: int, published: bool) -> None:
    house = broker()
    line = listener(house)
    leaver = signed_in(house, "me", Connect("me", level=5, will=Will("w", b"gone")))
    leaver.send(Disconnect(code))
    assert heard(line) == [b"gone"] * published


def test_a_will_that_may_not_be_published_is_not() -> None:
    house = broker()
    line = listener(house)
    leaver = Line(house, "me")
    leaver.guest.forbidden = {"w"}
    leaver.send(Connect("me", will=Will("w", b"gone")))
    leaver.connection.lost("gone")
    assert heard(line) == []


@pytest.mark.parametrize(("clean", "delay", "published"), [(True, 0, 1), (True, 5, 1), (False, 0, 1), (False, 5, 0)])
def test_taking_over_publishes_the_will_unless_it_may_wait(clean: bool, delay: int, published: int) -> None:
    house = broker()
    line = listener(house)
    will = Will("w", b"gone", properties={"will_delay_interval": delay})
    signed_in(house, "me", lasting("me", will=will))
    signed_in(house, "me", Connect("me", clean=clean, level=5))
    assert heard(line) == [b"gone"] * published


def test_a_will_waits_for_its_delay_or_the_end_of_the_session() -> None:
    for delay, expiry, at in ((5, 10, 5), (20, 10, 10)):
        now = Now()
        house = broker(now=now)
        line = listener(house)
        will = Will("w", b"gone", properties={"will_delay_interval": delay})
        signed_in(house, "me", lasting("me", expiry, will)).connection.lost("gone")
        now.at += at - 1
        house.sweep()
        assert heard(line) == []
        now.at += 1
        house.sweep()
        house.sweep()
        assert heard(line) == [b"gone"]


def test_wills_that_bring_up_other_wills_are_published_one_after_the_other() -> None:
    """Each reaches the last straw of the next client, of hundreds that do not read."""
    house = broker(Limits(queued=1_000))
    names = [f"c{number}" for number in range(500)]
    for number, name in enumerate(names):
        line = signed_in(house, name, Connect(name, will=Will(f"w/{number + 1}", bytes(500), 1)))
        line.send(Subscribe(1, (Subscription(f"w/{number}", 1),)))
        line.stall()
        house.publish(f"w/{number}", bytes(500), 1)
    house.publish("w/0", bytes(500), 1)
    assert not house.sessions


def test_the_wills_of_a_house_that_goes_down_are_published_and_lasting_sessions_stay() -> None:
    vault = Memory()
    house = broker(vault=vault)
    line = listener(house, "me", lasting("me", will=Will("w", b"gone", 1)))
    signed_in(house, "clean")
    house.close()
    assert [packet.code for packet in line.got() if isinstance(packet, Disconnect)] == [Reason.SERVER_SHUTTING_DOWN]
    again = Line(restarted(vault), "me")
    greeting, *rest = again.send(lasting("me"))
    assert greeting == ConnAck(0, True, greeting.properties)  # type: ignore[union-attr]
    assert [packet.payload for packet in rest if isinstance(packet, Publish)] == [b"gone"]


# --- restarts


def kill(*, patient: bool = False) -> Memory:
    """A house is killed: one client is here, one away, with a message at each QoS for both, one only half come."""
    vault = Memory(patient=patient)
    house = broker(vault=vault)
    here, away = (listener(house, name, lasting(name)) for name in ("here", "away"))
    vault.commit()
    away.connection.lost("gone")
    for qos in (0, 1, 2):
        house.publish("a", bytes((qos,)), qos)
    vault.commit()
    here.send(Publish("b", b"half", 2, packet_id=7))
    house.publish("r", b"kept", 1, retain=True)
    return vault


def test_a_killed_house_finds_its_sessions_and_messages_again() -> None:
    house = restarted(kill())
    for name, sent in (("here", True), ("away", False)):
        got = Line(house, name).send(lasting(name))
        assert getattr(got[0], "session_present", False)
        messages = [packet for packet in got if isinstance(packet, Publish)]
        assert [(packet.payload, packet.dup) for packet in messages] == [
            (b"\1", sent),
            (b"\2", sent),
            (b"half", sent),
            (b"kept", sent),
        ]
    assert house.retained.get("r")


def test_a_qos_2_message_that_a_killed_house_had_is_not_taken_twice() -> None:
    house = restarted(kill())
    line = signed_in(house, "here", lasting("here"))
    line.got()
    answers = line.send(Publish("b", b"half", 2, dup=True, packet_id=7))
    assert answers == [PubRec(7)]
    assert line.guest.heard == []


def test_what_was_not_kept_yet_is_lost_and_was_not_acknowledged() -> None:
    house = restarted(kill(patient=True))
    assert len(house.retained) == 0
    assert not house.sessions["here"].received


def test_leftovers_of_sessions_that_are_over_are_cleared_away() -> None:
    vault = kill()
    for name in ("here", "away"):
        del vault.kept[f"session {name}"]
    restarted(vault)
    assert set(vault.kept) == {"retained r"}


def test_a_session_that_ends_with_its_connection_does_not_outlive_the_house() -> None:
    vault = Memory()
    house = broker(vault=vault)
    signed_in(house, "me", lasting("me"))
    signed_in(house, "me", lasting("me", 0))
    assert not restarted(vault).sessions
    assert vault.kept == {}


def test_time_goes_on_over_any_number_of_restarts() -> None:
    vault, now = Memory(), Now()
    signed_in(broker(now=now, vault=vault), "me", lasting("me", 10))
    for _ in range(4):
        house = restarted(vault, now)
        assert house.sessions
        now.at += 3
    house = restarted(vault, now)
    house.sweep()
    assert not house.sessions


def test_retained_messages_for_which_there_is_no_room_any_more_are_forgotten() -> None:
    vault = Memory()
    broker(vault=vault).publish("a", bytes(5_000), retain=True)
    assert len(restarted(vault, limits=Limits(retained=1_000)).retained) == 0
    assert vault.kept == {}


# --- retained messages


def test_a_retained_message_for_which_there_is_no_room_is_counted_and_the_older_one_is_gone() -> None:
    vault = Memory()
    house = broker(Limits(retained=2_000), vault=vault)
    house.publish("a", b"old", 1, retain=True)
    line = listener(house)
    line.got()
    house.publish("a", bytes(5_000), 1, retain=True)
    assert heard(line) == [bytes(5_000)]
    assert house.counts == {"not_retained": 1}
    assert vault.kept == {}
    assert heard(listener(house, "late")) == []


def test_a_retained_message_is_gone_when_its_time_is_over() -> None:
    vault, now = Memory(), Now()
    house = broker(now=now, vault=vault)
    house.publish("a", b"x", retain=True, properties={"message_expiry_interval": 5})
    house.publish("b", b"y", retain=True)
    now.at += 5
    house.sweep()
    assert set(vault.kept) == {"retained b"}
    assert len(house.retained) == 1


@pytest.mark.parametrize("retained", [True, False])
def test_an_acknowledgement_waits_until_a_message_is_kept_where_it_must_be(retained: bool) -> None:
    vault = Memory(patient=True)
    house = broker(vault=vault)
    if not retained:
        listener(house, "away", Connect("away", clean=False))
    vault.commit()
    line = signed_in(house)
    assert line.send(Publish("a", b"x", 1, retained, packet_id=1)) == []
    vault.commit()
    assert len(line.got()) == 1


def test_a_pledge_of_the_guest_is_kept_too() -> None:
    line = signed_in(broker())
    line.guest.promise = promise = Promise()
    sent: list[Packet] = [Publish("a", b"x", qos, packet_id=qos) for qos in (1, 2)]
    assert line.send(*sent) == []
    promise.keep()
    assert len(line.got()) == 2


def test_a_message_refused_by_the_vault_for_one_reaches_all() -> None:
    vault = Memory()
    house = broker(vault=vault)
    lines = [listener(house, "a"), listener(house, "b", lasting("b")), listener(house, "c")]
    vault.refuses = True
    leaver = signed_in(house, "me", Connect("me", will=Will("w", b"gone", 1, retain=True)))
    leaver.connection.lost("the network is gone")
    assert [heard(line) for line in lines] == [[b"gone"]] * 3
    assert leaver.guest.over == "the network is gone"
    assert house.counts == {"not_kept": 1}
