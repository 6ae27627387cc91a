import pytest

from homeward.mqtt.broker import Broker, Limits
from homeward.mqtt.packets import (
    Connect,
    Disconnect,
    Packet,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, Memory, Now, broker, signed_in

SIZE = 1_000
"""What one message of `bytes(SIZE - 201)` to a topic of one character counts."""
PAYLOAD = bytes(SIZE - 201)
LASTING = Connect("me", clean=False)
LEVELS = pytest.mark.parametrize("level", [3, 4, 5])


def listener(house: Broker, connect: Connect | None = None, qos: int = 2, topic: str = "a") -> Line:
    line = signed_in(house, connect=connect)
    line.send(Subscribe(1, (Subscription(topic, qos),)))
    return line


def messages(packets: list[Packet]) -> list[Publish]:
    return [packet for packet in packets if isinstance(packet, Publish)]


def payloads(packets: list[Packet]) -> list[bytes]:
    return [packet.payload for packet in messages(packets)]


# --- slow readers


@LEVELS
def test_the_oldest_messages_at_qos_0_are_dropped_for_a_slow_reader(level: int) -> None:
    house = broker(Limits(queued=3 * SIZE))
    line = listener(house, Connect("me", level=level))
    line.stall()
    for number in range(5):
        house.publish("a", bytes((number,)) * len(PAYLOAD))
    assert [payload[0] for payload in payloads(line.read())] == [2, 3, 4]
    assert house.counts == {"dropped_slow": 2}
    assert line.connection.over == ""


@LEVELS
def test_a_slow_reader_for_whom_only_higher_qos_is_left_is_disconnected(level: int) -> None:
    house = broker(Limits(queued=3 * SIZE))
    line = listener(house, Connect("me", level=level))
    line.stall()
    house.publish("a", PAYLOAD)
    for _ in range(3):
        house.publish("a", PAYLOAD, 1)
    assert house.counts == {"dropped_slow": 1}
    assert line.connection.over == ""
    house.publish("a", PAYLOAD)
    assert line.connection.over == ""
    house.publish("a", PAYLOAD, 2)
    assert line.guest.over == "it does not read or acknowledge: 3000 bytes were kept for it"
    assert house.counts == {"dropped_slow": 1, "dropped_full": 2}
    gone = [packet.code for packet in line.read() if isinstance(packet, Disconnect)]
    assert gone == [Reason.QUOTA_EXCEEDED] * (level == 5)


def test_one_that_reads_and_acknowledges_nothing_is_disconnected_too() -> None:
    house = broker(Limits(queued=3 * SIZE))
    line = listener(house)
    for _ in range(4):
        house.publish("a", PAYLOAD, 1)
    assert payloads(line.got()) == [PAYLOAD] * 3
    assert "it does not read or acknowledge" in line.connection.over


def test_one_that_acknowledges_nothing_still_gets_what_needs_no_acknowledgement() -> None:
    house = broker(Limits(queued=3 * SIZE))
    properties: Properties = {"maximum_packet_size": 100_000}
    for connect in (Connect("me"), Connect("me", level=5, properties=properties)):
        line = listener(house, connect)
        for _ in range(3):
            house.publish("a", PAYLOAD, 1)
        house.publish("a", b"live")
        assert payloads(line.got())[-1] == b"live"


def test_for_an_absent_client_new_messages_are_dropped_and_counted() -> None:
    house = broker(Limits(queued=3 * SIZE))
    listener(house, LASTING).connection.lost("gone")
    for number in range(5):
        house.publish("a", bytes((number,)) * len(PAYLOAD), 1)
        house.publish("a", PAYLOAD)
    assert house.counts == {"dropped_full": 2}
    assert [packet.payload[0] for packet in messages(Line(house).send(LASTING))] == [0, 1, 2]


@LEVELS
def test_what_is_acknowledged_makes_room_down_to_the_last_byte(level: int) -> None:
    house = broker(Limits(queued=3 * SIZE, inflight=2))
    line = listener(house, Connect("me", level=level, clean=False))
    for _ in range(20):
        line.stall()
        for qos in (0, 1, 2):
            house.publish("a", PAYLOAD, qos)
        for packet in messages(line.read()):
            if packet.qos == 1:
                line.send(PubAck(packet.packet_id))
            if packet.qos == 2:
                line.send(PubRec(packet.packet_id), PubComp(packet.packet_id))
    assert house.sessions["me"].size == 0
    assert house.counts == {}


# --- the window


@pytest.mark.parametrize(("level", "asked", "window"), [(4, None, 3), (5, None, 3), (5, 2, 2), (5, 9, 3)])
def test_so_many_are_under_way_at_once_and_the_next_when_one_is_acknowledged(
    level: int, asked: int | None, window: int
) -> None:
    house = broker(Limits(inflight=3))
    properties: Properties = {"receive_maximum": asked} if asked else {}
    line = listener(house, Connect("me", level=level, properties=properties))
    for number in range(6):
        house.publish("a", bytes((number,)), 1 + number % 2)
    house.publish("a", b"at once")
    got = messages(line.got())
    assert [packet.payload for packet in got] == [*(bytes((number,)) for number in range(window)), b"at once"]
    assert payloads(line.send(PubAck(got[0].packet_id))) == [bytes((window,))]
    assert payloads(line.send(PubRec(got[1].packet_id))) == []
    assert payloads(line.send(PubComp(got[1].packet_id))) == [bytes((window + 1,))]


def test_a_packet_identifier_under_way_is_not_used_again() -> None:
    house = broker(Limits(inflight=0xFFFF, queued=1 << 30, burst=1 << 30))
    line = listener(house)
    for _ in range(0xFFFF):
        house.publish("a", b"", 1)
    line.send(PubAck(5), PubAck(0xFFFF))
    for _ in range(2):
        house.publish("a", b"", 1)
    assert [packet.packet_id for packet in messages(line.got())] == [5, 0xFFFF]


@pytest.mark.parametrize("qos", [1, 2])
def test_thousands_that_waited_come_in_their_order_whatever_the_vault_does(qos: int) -> None:
    house = broker(Limits(inflight=5_000, queued=1 << 30, burst=1 << 30), vault=Memory())
    listener(house, LASTING).connection.lost("gone")
    expected = [number.to_bytes(2, "big") for number in range(3_000)]
    for payload in expected:
        house.publish("a", payload, qos)
    line = Line(house)
    assert payloads(line.send(LASTING)) == expected


# --- exactness


def test_a_qos_2_message_is_sent_when_its_identifier_is_kept() -> None:
    vault = Memory(patient=True)
    house = broker(vault=vault)
    line = listener(house, LASTING)
    vault.commit()
    line.got()
    house.publish("a", b"x", 2)
    assert line.got() == []
    vault.commit()
    (packet,) = messages(line.got())
    assert line.send(PubRec(packet.packet_id)) == []
    vault.commit()
    assert line.got() == [PubRel(packet.packet_id)]


def test_a_pubrec_that_comes_before_its_message_does_not_bring_an_empty_one() -> None:
    vault = Memory(patient=True)
    house = broker(vault=vault)
    line = listener(house, LASTING)
    vault.commit()
    line.got()
    house.publish("a", b"x", 2)
    line.send(PubRec(1))
    vault.commit()
    assert line.got() == [PubRel(1)]


def test_a_pubrel_that_comes_again_waits_for_the_pledge_too() -> None:
    vault = Memory(patient=True)
    house = broker(vault=vault)
    line = listener(house, LASTING)
    house.publish("a", b"x", 2)
    vault.commit()
    line.send(PubRec(1))
    again = Line(house)
    assert PubRel(1) not in again.send(LASTING)
    vault.commit()
    assert PubRel(1) in again.got()


@LEVELS
def test_what_was_not_acknowledged_comes_again_as_a_duplicate_before_anything_newer(level: int) -> None:
    house = broker()
    connect = Connect("me", clean=False, level=level, properties={"session_expiry_interval": 60} if level == 5 else {})
    line = listener(house, connect)
    for payload in (b"1", b"2", b"3"):
        house.publish("a", payload, 2)
    line.send(PubRec(2))
    line.connection.lost("gone")
    house.publish("a", b"4", 1)
    again = Line(house)
    got = again.send(connect)[1:]
    assert got[0] == PubRel(2)
    assert [(packet.payload, packet.dup) for packet in messages(got)] == [(b"1", True), (b"3", True), (b"4", False)]


def test_a_puback_for_a_qos_2_message_and_the_reverse_are_no_acknowledgements() -> None:
    house = broker()
    line = listener(house)
    house.publish("a", b"", 1)
    house.publish("a", b"", 2)
    line.send(PubRec(1), PubComp(1), PubAck(2), PubComp(2))
    assert [delivery.packet_id for delivery in house.sessions["me"].underway()] == [1, 2]


# --- when the vault refuses


def test_what_the_vault_refuses_is_sent_all_the_same_and_not_acknowledged() -> None:
    vault = Memory()
    house = broker(vault=vault)
    lasting, publisher = listener(house, LASTING), signed_in(house, "pub")
    clean = signed_in(house, "clean")
    clean.send(Subscribe(1, (Subscription("a", 2),)))
    vault.refuses = True
    assert publisher.send(Publish("a", b"x", 2, packet_id=1)) == []
    assert publisher.guest.over == "the disk is full"
    for line in (lasting, clean):
        assert payloads(line.got()) == [b"x"]
    assert house.sessions["me"].connection is lasting.connection


def test_the_vault_hears_later_what_it_refused_to_forget() -> None:
    vault = Memory()
    house = broker(vault=vault)
    line = listener(house, LASTING, qos=1)
    house.publish("a", b"x", 1)
    vault.refuses = True
    line.send(PubAck(1))
    assert line.connection.over == ""
    assert any("delivery" in key for key in vault.kept)
    vault.refuses = False
    house.sweep()
    assert not any("delivery" in key for key in vault.kept)


def test_a_client_that_is_sent_what_waited_does_not_suffer_for_the_vault() -> None:
    vault = Memory()
    house = broker(vault=vault)
    listener(house, LASTING).connection.lost("gone")
    for qos in (1, 2):
        house.publish("a", b"x", qos)
    vault.refuses = True
    line = Line(house)
    assert payloads(line.send(LASTING)) == [b"x", b"x"]
    assert line.connection.over == ""
    assert house.counts == {"not_kept": 2}


def test_a_clean_client_costs_the_vault_nothing() -> None:
    vault = Memory()
    house = broker(vault=vault)
    line = listener(house)
    for qos in (1, 2):
        house.publish("a", b"x", qos)
        line.send(Publish("a", b"y", qos, packet_id=qos))
    line.connection.lost("gone")
    assert vault.kept == {}


# --- retained messages for a new subscription


def slow_listener(house: Broker, connect: Connect) -> Line:
    """One that has been sent the first of two retained messages, and takes one at a time."""
    for topic in ("a/1", "a/2"):
        house.publish(topic, b"old", 1, retain=True)
    line = listener(house, connect, topic="a/#")
    assert messages(line.send()) == []
    return line


def test_a_retained_message_that_is_newer_than_the_subscription_comes_once() -> None:
    house = broker(Limits(inflight=1))
    line = slow_listener(house, Connect("me"))
    house.publish("a/2", b"new", 1, retain=True)
    assert messages(line.send(PubAck(1))) == [Publish("a/2", b"new", 1, packet_id=2)]
    assert line.send(PubAck(2)) == []


def test_a_newer_retained_message_at_qos_0_comes_again_for_it_may_have_been_dropped() -> None:
    house = broker(Limits(inflight=1))
    line = slow_listener(house, Connect("me"))
    house.publish("a/2", b"new", retain=True)
    assert messages(line.got()) == [Publish("a/2", b"new")]
    assert messages(line.send(PubAck(1))) == [Publish("a/2", b"new", retain=True)]


def test_retained_messages_go_on_when_a_client_comes_back_to_its_session() -> None:
    house = broker(Limits(inflight=1))
    slow_listener(house, LASTING).connection.lost("cut")
    line = signed_in(house, connect=LASTING)
    assert payloads(line.send(PubAck(1), PubAck(2))) == [b"old"]


def test_more_retained_messages_than_a_client_is_sent_at_once_come_as_it_reads() -> None:
    house = broker(Limits(queued=2_000, burst=1_000, inflight=3))
    for number in range(50):
        house.publish(f"t/{number}", bytes(100), 1, retain=True)
    line = signed_in(house)
    got = messages(line.send(Subscribe(1, (Subscription("t/+", 0), Subscription("t/#", 1)))))
    assert [packet.topic for packet in got] == [f"t/{number}" for number in range(50)] + ["t/0", "t/1", "t/2"]
    late = [line.send(PubAck(packet_id)) for packet_id in range(1, 51)]
    assert [packet.topic for packets in late for packet in messages(packets)] == [f"t/{n}" for n in range(3, 50)]
    assert house.counts == {}
    assert not house.sessions["me"].is_waiting


def test_retained_messages_do_not_fill_the_queue_of_a_client_that_acknowledges() -> None:
    house = broker(Limits(queued=4 * SIZE))
    for number in range(20):
        house.publish(f"t/{number}", PAYLOAD, 1, retain=True)
    line = signed_in(house)
    got = messages(line.send(Subscribe(1, (Subscription("t/+", 1),))))
    for packet in got:
        got += messages(line.send(PubAck(packet.packet_id)))
    assert [packet.topic for packet in got] == [f"t/{number}" for number in range(20)]
    assert house.counts == {}


def test_whoever_subscribes_again_and_again_is_not_kept_more_for() -> None:
    house = broker(Limits(inflight=1, subscriptions=2))
    for number in range(3):
        house.publish(f"t/{number}", b"x", 1, retain=True)
    line = signed_in(house)
    for number in range(50):
        topic_filter = "#" if number % 2 else f"t/+{'/#' * (number % 4 == 0)}"
        line.send(Subscribe(1, (Subscription(topic_filter, 1),)))
        line.send(Unsubscribe(1, (topic_filter,)))
    assert len(house.sessions["me"]._retained or ()) <= 2


def test_who_unsubscribes_gets_no_more_of_them_and_what_is_gone_is_not_sent() -> None:
    house = broker(Limits(inflight=1))
    for number in range(4):
        house.publish(f"t/{number}", b"x", 1, retain=True)
    line = signed_in(house)
    assert len(messages(line.send(Subscribe(1, (Subscription("t/#", 1),))))) == 1
    house.publish("t/1", b"", retain=True)
    assert [packet.topic for packet in messages(line.send(PubAck(1)))] == ["t/1", "t/2"]
    house.sessions["me"].unsubscribe("t/#")
    assert messages(line.send(PubAck(2))) == []
    assert not house.sessions["me"].is_waiting


# --- time


@pytest.mark.parametrize("qos", [1, 2])
def test_a_message_whose_time_is_over_is_not_sent_any_more_but_one_under_way_is(qos: int) -> None:
    now = Now()
    house = broker(Limits(inflight=1), now)
    line = listener(house, LASTING)
    for payload in (b"under way", b"waits"):
        house.publish("a", payload, qos, properties={"message_expiry_interval": 5})
    line.connection.lost("gone")
    now.at += 5
    again = Line(house)
    assert payloads(again.send(LASTING)) == [b"under way"]
    again.send(PubAck(1)) if qos == 1 else again.send(PubRec(1), PubComp(1))
    assert house.counts == {"dropped_expired": 1}
    assert house.sessions["me"].size == 0
