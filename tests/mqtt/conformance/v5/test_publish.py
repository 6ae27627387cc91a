"""MQTT 5, 3.3: PUBLISH."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber

# --- flags


@clause("MQTT-3.3.1-1", "MQTT-4.4.0-1")
@pytest.mark.parametrize(("qos", "first"), [(1, "3a"), (2, "3c")])
def test_a_message_that_is_sent_again_says_so(qos: int, first: str) -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", qos)
    publish(client(house, "b"), "t", "x", 0x30 | qos << 1, 7)
    line.expect(f"{first.replace('a', '2').replace('c', '4')} 07 0001 't' 0001 00 'x'")
    line.hang_up()
    back(house, f"{first} 07 0001 't' 0001 00 'x'")


@clause("MQTT-3.3.1-2", "MQTT-4.3.1-1")
def test_at_qos_0_nothing_is_marked_as_sent_again() -> None:
    house = desk()
    listener = subscriber(house, "t", 0)
    line = client(house)
    line.send("3a 07 0001 't' 0001 00 'x'")
    listener.expect("30 05 0001 't' 00 'x'")
    line.take()
    line.send("38 05 0001 't' 00 'x'")
    ends(line, "e0 01 81")


@clause("MQTT-3.3.1-3")
@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("3a 07 0001 't' 0009 00 'x'", "32 07 0001 't' 0001 00 'x'"),
        ("3c 07 0001 't' 0009 00 'x'", "34 07 0001 't' 0001 00 'x'"),
    ],
)
def test_that_a_publisher_sends_again_is_not_passed_on(said: str, heard: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    client(house).send(said)
    listener.expect(heard)


@clause("MQTT-3.3.1-4")
@pytest.mark.parametrize("first", ["36", "37", "3e", "3f"])
def test_there_is_no_qos_3(first: str) -> None:
    line = client(desk())
    line.send(f"{first} 07 0001 't' 0001 00 'x'")
    ends(line, "e0 01 81")


# --- retained messages


@clause("MQTT-3.3.1-5")
def test_a_retained_message_takes_the_place_of_the_last_one() -> None:
    house = desk()
    line = client(house)
    line.send("31 07 0001 't' 00 'old' 33 0d 0001 't' 0001 04 03 0001 'c' 'new'")
    line.take()
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 02")
    late.expect("90 04 0001 00 02 33 0d 0001 't' 0001 04 03 0001 'c' 'new'")


@clause("MQTT-3.3.1-5")
def test_retained_messages_survive_their_publisher_and_the_process() -> None:
    house = desk()
    line = client(house)
    line.send("31 09 0001 't' 04 03 0001 'c' 'x' e0 00")
    house.restart()
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00 31 09 0001 't' 04 03 0001 'c' 'x'")


@clause("MQTT-3.3.1-6")
def test_an_empty_retained_message_is_passed_on_and_removes_the_last_one() -> None:
    house = desk()
    line = client(house)
    line.send("31 05 0001 't' 00 'x'")
    listener = client(house, "listener")
    listener.send("82 07 0001 00 0001 't' 08")
    listener.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")
    line.send("31 04 0001 't' 00")
    listener.expect("31 04 0001 't' 00")
    subscriber(house, "t", client_id="late").expect("")
    assert not house.vault.kept


@clause("MQTT-3.3.1-7")
def test_an_empty_retained_message_is_not_kept() -> None:
    house = desk()
    client(house).send("31 04 0001 't' 00")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-8")
def test_what_is_not_retained_leaves_what_is_alone() -> None:
    house = desk()
    line = client(house)
    line.send("30 0b 0001 'u' 00 'passing' 31 08 0001 't' 00 'kept' 30 0b 0001 't' 00 'passing' 30 04 0001 't' 00")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 '#' 00")
    late.expect("90 04 0001 00 00 31 08 0001 't' 00 'kept'")


@clause("MQTT-3.3.1-9")
def test_with_retain_handling_0_each_subscribe_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 07 0003 'a/b' 00 'x' 31 05 0001 'c' 00 'y'")
    late = client(house, "late")
    for _ in range(2):
        late.send("82 09 0001 00 0003 'a/+' 00")
        late.expect("90 04 0001 00 00 31 07 0003 'a/b' 00 'x'")


@clause("MQTT-3.3.1-10")
def test_with_retain_handling_1_only_a_new_subscription_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 10")
    late.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")
    late.send("82 07 0002 00 0001 't' 11")
    late.expect("90 04 0002 00 01")
    late.send("a2 06 0003 00 0001 't' 82 07 0004 00 0001 't' 10")
    late.expect("b0 04 0003 00 00 90 04 0004 00 00 31 05 0001 't' 00 'x'")


@clause("MQTT-3.3.1-10")
def test_a_subscription_of_a_session_that_goes_on_is_not_new() -> None:
    house = desk()
    late = lasting(house)
    subscribe(late, "t")
    late.hang_up()
    client(house, "b").send("31 05 0001 't' 00 'x'")
    again = back(house)
    again.send("82 07 0001 00 0001 't' 10")
    again.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-11")
def test_with_retain_handling_2_no_subscribe_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 20")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-12", "MQTT-3.3.1-13")
@pytest.mark.parametrize(("options", "flags"), [(0, ("30", "30")), (8, ("31", "30"))])
def test_whether_a_message_was_retained_is_passed_on_only_to_who_asked(options: int, flags: tuple[str, str]) -> None:
    house = desk()
    listener = subscriber(house, "t", options)
    client(house).send("31 05 0001 't' 00 'x' 30 05 0001 't' 00 'y'")
    listener.expect(f"{flags[0]} 05 0001 't' 00 'x' {flags[1]} 05 0001 't' 00 'y'")


@clause("MQTT-3.3.1-12")
@pytest.mark.parametrize("options", ["00", "08"])
def test_what_a_subscribe_brings_is_marked_as_retained_in_any_case(options: str) -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send(f"82 07 0001 00 0001 't' {options}")
    late.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")


# --- the topic


@clause("MQTT-3.3.2-1")
@pytest.mark.parametrize("said", ["30 06 0003 edbfbf 00", "30 04 0005 'ab'", "30 01 00", "30 00"])
def test_a_publish_that_does_not_begin_with_a_topic_name_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-3.3.2-1", "MQTT-4.7.3-1")
def test_a_publish_with_neither_topic_nor_alias_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("30 04 0000 00 'x'")
    ends(line, "e0 01 82")


@clause("MQTT-3.3.2-2", "MQTT-4.7.0-1")
@pytest.mark.parametrize("topic", ["a/#", "a/+", "+/b", "#", "a+b", "a#b"])
def test_a_topic_name_with_a_wildcard_ends_the_connection(topic: str) -> None:
    line = client(desk())
    publish(line, topic, "x")
    ends(line, "e0 01 81")


@clause("MQTT-3.3.2-3")
def test_a_subscriber_gets_what_fits_its_filter_under_its_full_name() -> None:
    house = desk()
    listener = subscriber(house, "a/+/c")
    line = client(house)
    for topic in ("a/b/c", "a/b/c/d", "a/c", "a/b/d", "b/b/c", "a//c"):
        publish(line, topic, "x")
    listener.expect("30 09 0005 'a/b/c' 00 'x' 30 08 0004 'a//c' 00 'x'")


# --- properties of the message


@clause("MQTT-3.3.2-4")
@pytest.mark.parametrize("format", ["00", "01"])
def test_the_payload_format_is_passed_on(format: str) -> None:  # noqa: A002
    house = desk()
    listener = subscriber(house, "t")
    client(house).send(f"30 07 0001 't' 02 01 {format} 'x'")
    listener.expect(f"30 07 0001 't' 02 01 {format} 'x'")


@clause("MQTT-3.3.2-5")
@pytest.mark.parametrize("seconds", [5, 60])
def test_a_message_that_has_expired_is_not_delivered(seconds: int) -> None:
    house = desk()
    line = lasting(house, session_expiry_interval=3600)
    subscribe(line, "t", 2)
    line.hang_up()
    client(house, "b").send(
        "32 0c 0001 't' 0001 05 02 00000005 'x' 34 0c 0001 't' 0002 05 02 00000005 'y' 32 07 0001 't' 0003 00 'z'"
    )
    house.advance(seconds)
    back(house, "32 07 0001 't' 0001 00 'z'")


@clause("MQTT-3.3.2-5")
def test_a_retained_message_that_has_expired_is_not_delivered() -> None:
    house = desk()
    client(house).send("31 0a 0001 't' 05 02 00000005 'x'")
    house.advance(5)
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.2-5")
@pytest.mark.parametrize("qos", [0, 1])
def test_a_message_that_expires_while_its_receiver_does_not_read_is_not_delivered(qos: int) -> None:
    house = desk()
    listener = subscriber(house, "t", qos)
    line = client(house)
    listener.connection.blocked = True
    line.send("32 0c 0001 't' 0001 05 02 00000005 'x'")
    house.advance(5)
    listener.connection.drained()
    listener.expect("")
    publish(line, "t", "y")
    listener.expect("30 05 0001 't' 00 'y'")


@clause("MQTT-3.3.2-6")
def test_a_message_is_passed_on_with_what_is_left_of_its_time() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.hang_up()
    client(house, "b").send("33 0c 0001 't' 0001 05 02 0000001e 'x'")
    house.advance(10)
    back(house, "32 0c 0001 't' 0001 05 02 00000014 'x'")
    house.advance(10)
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00 31 0a 0001 't' 05 02 0000000a 'x'")


@clause("MQTT-3.3.2-6")
def test_a_message_that_is_passed_on_at_once_has_all_its_time() -> None:
    house = desk()
    listener = subscriber(house, "t")
    client(house).send("30 0a 0001 't' 05 02 0000001e 'x'")
    listener.expect("30 0a 0001 't' 05 02 0000001e 'x'")


@clause("MQTT-3.3.2-13", "MQTT-3.3.2-14")
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("30 0b 0001 't' 06 08 0003 eda080 'x'", "81"),
        ("30 09 0001 't' 04 08 0001 00 'x'", "81"),
        ("30 0b 0001 't' 06 08 0003 'r/#' 'x'", "82"),
        ("30 09 0001 't' 04 08 0001 '+' 'x'", "82"),
    ],
)
def test_a_response_topic_that_is_no_topic_name_ends_the_connection(said: str, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20")
@pytest.mark.parametrize(("first", "number", "heard"), [("30", "", ""), ("32", "0009", "0001"), ("34", "0009", "0001")])
def test_what_a_publisher_says_of_its_message_is_passed_on(first: str, number: str, heard: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    said = (
        "2d 01 01 03 000a 'text/plain' 08 0001 'r' 09 0003 00ff80 "
        "26 0001 'b' 0001 '1' 26 0001 'a' 0001 '2' 26 0001 'b' 0000"
    )
    size = 0x32 + len(number) // 2
    client(house).send(f"{first} {size:02x} 0001 't' {number} {said} 'x'")
    listener.expect(f"{first} {size:02x} 0001 't' {heard} {said} 'x'")


@clause("MQTT-3.3.2-18")
def test_user_properties_keep_their_order_also_where_others_stand_between_them() -> None:
    house = desk()
    listener = subscriber(house, "t")
    client(house).send("30 17 0001 't' 12 26 0001 'b' 0001 '1' 03 0001 'c' 26 0001 'a' 0001 '2' 'x'")
    listener.expect("30 17 0001 't' 12 26 0001 'b' 0001 '1' 26 0001 'a' 0001 '2' 03 0001 'c' 'x'")


@clause("MQTT-3.3.2-19")
@pytest.mark.parametrize("said", ["30 0b 0001 't' 06 03 0003 eda080 'x'", "30 09 0001 't' 04 03 0001 00 'x'"])
def test_a_content_type_that_is_no_string_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-2.2.2-1")
@pytest.mark.parametrize(("qos", "first", "number"), [(0, "30", ""), (1, "32", "0001"), (2, "34", "0001")])
def test_messages_pass_between_clients_of_different_versions(qos: int, first: str, number: str) -> None:
    house = desk()
    older, newer = house.client("older"), subscriber(house, "t", qos, "newer")
    older.send(f"82 06 0001 0001 't' {qos:02x}")
    older.expect(f"90 03 0001 {qos:02x}")
    size = 4 + len(number) // 2
    house.client("old publisher").send(f"{first} {size:02x} 0001 't' {number} 'x'")
    older.expect(f"{first} {size:02x} 0001 't' {number} 'x'")
    newer.expect(f"{first} {size + 1:02x} 0001 't' {number} 00 'x'")
    number = number.replace("1", "2")
    client(house).send(f"{first} {size + 5:02x} 0001 't' {number} 04 03 0001 'c' 'y'")
    older.expect(f"{first} {size:02x} 0001 't' {number} 'y'")
    newer.expect(f"{first} {size + 5:02x} 0001 't' {number} 04 03 0001 'c' 'y'")


# --- topic aliases


@clause("MQTT-3.3.2-7")
def test_a_topic_alias_of_the_client_ends_with_its_connection() -> None:
    house = desk()
    line = lasting(house)
    line.send("30 08 0001 't' 03 23 0001 'x'")
    line.hang_up()
    again = back(house)
    again.send("30 07 0000 03 23 0001 'y'")
    ends(again, "e0 01 82")


@clause("MQTT-3.3.2-7")
def test_a_topic_alias_of_the_server_ends_with_its_connection() -> None:
    house = desk()
    line = lasting(house, topic_alias_maximum=2)
    subscribe(line, "t", 1)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x32, 1)
    line.expect("32 0a 0001 't' 0001 03 23 0001 'x'")
    line.hang_up()
    again = back(house, "3a 0a 0001 't' 0001 03 23 0001 'x'", topic_alias_maximum=2)
    publish(publisher, "t", "y", 0x32, 1)
    again.expect("32 09 0000 0002 03 23 0001 'y'")


@clause("MQTT-3.3.2-8")
def test_topic_alias_0_ends_the_connection() -> None:
    line = client(desk())
    line.send("30 08 0001 't' 03 23 0000 'x'")
    ends(line, "e0 01 94")


@clause("MQTT-3.3.2-8")
def test_the_servers_topic_aliases_begin_with_1() -> None:
    house = desk()
    listener = subscriber(house, "t", topic_alias_maximum=1)
    publish(client(house), "t", "x")
    listener.expect("30 08 0001 't' 03 23 0001 'x'")


@clause("MQTT-3.3.2-12")
@pytest.mark.parametrize("alias", ["0001", "0002", "0003", "0004"])
def test_every_topic_alias_up_to_the_maximum_is_taken(alias: str) -> None:
    house = desk()
    listener = subscriber(house, "#")
    line = client(house)
    line.send(f"30 08 0001 't' 03 23 {alias} 'x'")
    line.send(f"30 07 0000 03 23 {alias} 'y'")
    line.send(f"30 08 0001 'u' 03 23 {alias} 'x'")  # from here on it stands for another topic
    line.send(f"32 09 0000 0001 03 23 {alias} 'y'")
    listener.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y' 30 05 0001 'u' 00 'x' 30 05 0001 'u' 00 'y'")


@clause("MQTT-3.3.2-12")
@pytest.mark.parametrize("alias", ["0005", "ffff"])
def test_a_topic_alias_above_the_maximum_ends_the_connection(alias: str) -> None:
    line = client(desk())
    line.send(f"30 08 0001 't' 03 23 {alias} 'x'")
    ends(line, "e0 01 94")


def test_a_topic_alias_that_stands_for_nothing_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("30 07 0000 03 23 0001 'x'")
    ends(line, "e0 01 82")


def test_each_client_has_its_own_topic_aliases() -> None:
    house = desk()
    client(house, "a").send("30 08 0001 't' 03 23 0001 'x'")
    line = client(house, "b")
    line.send("30 07 0000 03 23 0001 'x'")
    ends(line, "e0 01 82")


@clause("MQTT-3.1.2-24")
def test_a_topic_alias_is_not_used_before_the_client_has_heard_of_it() -> None:
    house = desk()
    listener = subscriber(house, "t", topic_alias_maximum=1, maximum_packet_size=16)
    line = client(house)
    publish(line, "t", "0123456789")  # 16 bytes, and 19 with the alias
    listener.expect("30 0e 0001 't' 00 '0123456789'")
    publish(line, "t", "x")
    listener.expect("30 08 0001 't' 03 23 0001 'x'")
    publish(line, "t", "01234567")
    listener.expect("30 0e 0000 03 23 0001 '01234567'")


# --- what it leads to


@clause("MQTT-3.3.4-1")
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("30 05 0001 't' 00 'x'", ""),
        ("32 07 0001 't' 0009 00 'x'", "40 02 0009"),
        ("34 07 0001 't' 0009 00 'x'", "50 02 0009"),
    ],
)
def test_a_publish_is_answered_as_its_qos_asks(said: str, answer: str) -> None:
    house = desk()
    subscriber(house, "t")
    line = client(house)
    line.send(said)
    line.expect(answer)


@clause("MQTT-3.3.4-2")
@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 0), (2, 1), (0, 2)])
def test_subscriptions_that_overlap_deliver_once_at_the_highest_of_their_qos(one: int, other: int) -> None:
    house = desk()
    listener = subscriber(house, "a/+", one)
    subscribe(listener, "a/#", other)
    publish(client(house), "a/b", "x", 0x34, 9)
    highest = max(one, other)
    listener.expect(f"{0x30 | highest << 1:02x} 09 0003 'a/b' 0001 00 'x'")


@clause("MQTT-3.3.4-3")
def test_a_message_comes_with_the_identifier_of_its_subscription() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 07 0001 't' 01 82 0c 0002 05 0b ffffff7f 0001 'u' 00")
    listener.expect("90 04 0001 00 01 90 04 0002 00 00")
    line = client(house)
    publish(line, "t", "x")
    publish(line, "t", "y", 0x32, 9)
    publish(line, "u", "z")
    listener.expect("30 07 0001 't' 02 0b 07 'x' 32 09 0001 't' 0001 02 0b 07 'y' 30 0a 0001 'u' 05 0b ffffff7f 'z'")


@clause("MQTT-3.3.4-3")
def test_a_retained_message_comes_with_the_identifier_of_the_subscription_that_brings_it() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 09 0001 02 0b 07 0001 't' 00")
    late.expect("90 04 0001 00 00 31 07 0001 't' 02 0b 07 'x'")


@clause("MQTT-3.3.4-3")
def test_subscription_identifiers_survive_the_process() -> None:
    house = desk()
    line = lasting(house)
    line.send("82 09 0001 02 0b 07 0001 't' 01")
    house.restart()
    publish(client(house, "b"), "t", "x", 0x32, 9)
    back(house, "32 09 0001 't' 0001 02 0b 07 'x'")


@clause("MQTT-3.3.4-4")
def test_one_copy_has_the_identifiers_of_all_subscriptions_it_comes_by() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 0b 0001 02 0b 01 0003 'a/b' 00 82 0b 0002 02 0b 02 0003 'a/+' 00")
    listener.send("82 09 0003 00 0003 'a/#' 00 82 09 0004 02 0b 03 0001 '#' 00")
    listener.take()
    publish(client(house), "a/b", "x")
    data = listener.take()
    assert data[:8].hex(" ") == "30 0d 00 03 61 2f 62 06"
    assert sorted((data[8:10], data[10:12], data[12:14])) == [b"\x0b\1", b"\x0b\2", b"\x0b\3"]
    assert data[14:] == b"x"


@clause("MQTT-3.3.4-5")
def test_of_several_copies_each_has_the_identifier_of_its_subscription() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 01 0001 't' 00 82 12 0002 02 0b 02 000a '$share/s/t' 00")
    listener.expect("90 04 0001 00 00 90 04 0002 00 00")
    publish(client(house), "t", "x")
    heard = listener.take().hex(" ")
    assert sorted((heard[:26], heard[27:])) == ["30 07 00 01 74 02 0b 01 78", "30 07 00 01 74 02 0b 02 78"]


@clause("MQTT-3.3.4-6")
def test_a_client_that_sends_a_subscription_identifier_breaks_the_protocol() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    line.send("30 07 0001 't' 02 0b 07 'x'")
    ends(line, "e0 01 82")
    listener.expect("")


def test_a_message_larger_than_the_server_takes_ends_the_connection() -> None:
    line = client(desk(limits=Limits(packet=100, inflight=20, aliases=4)))
    line.send("30 65")
    ends(line, "e0 01 95")


@pytest.mark.parametrize("topic", ["a" * 1025, "/" * 64])
def test_a_topic_that_is_too_long_or_too_deep_ends_the_connection(topic: str) -> None:
    line = client(desk())
    publish(line, topic, "x")
    ends(line, "e0 01 90")
