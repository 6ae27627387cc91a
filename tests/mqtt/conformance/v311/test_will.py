"""MQTT 3.1.1, 3.1.2.5 to 3.1.2.7: wills."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line

ACCEPTED = "20 02 00 00"
WILL = "10 13 0004 'MQTT' 04 06 000a 0001 'a' 0001 'w' 0001 'x'"
PUBLISHED = "30 04 0001 'w' 'x'"


def watched() -> tuple[Desk, Line]:
    """A desk, and a client that gets every will at QoS 2."""
    desk = Desk()
    watcher = desk.client("watcher")
    watcher.subscribe("#", 2)
    return desk, watcher


@clause("MQTT-3.1.2-8")
def test_a_will_is_published_when_the_network_fails() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    line.expect(ACCEPTED)
    watcher.expect("")
    line.hang_up()
    watcher.expect(PUBLISHED)


@clause("MQTT-3.1.2-8")
def test_a_will_is_published_when_the_client_falls_silent() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    desk.advance(16)
    watcher.expect(PUBLISHED)


@clause("MQTT-3.1.2-8")
def test_a_will_is_published_when_the_client_breaks_the_protocol() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    line.send("d0 00")
    watcher.expect(PUBLISHED)


@clause("MQTT-3.1.2-8")
def test_a_will_is_published_when_a_newer_connection_takes_over() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    desk.client("a")
    watcher.expect(PUBLISHED)


@clause("MQTT-3.1.2-8")
def test_a_will_of_a_client_that_is_not_let_in_is_not_published() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL.replace("'MQTT' 04", "'MQTT' 07"))
    line.expect_end("20 02 00 01")
    line.hang_up()
    watcher.expect("")


@clause("MQTT-3.1.2-9")
@pytest.mark.parametrize(
    ("flags", "published"),
    [
        ("06", "30 04 0001 'w' 'x'"),
        ("0e", "32 06 0001 'w' 0001 'x'"),
        ("16", "34 06 0001 'w' 0001 'x'"),
    ],
)
def test_a_will_is_published_at_its_qos(flags: str, published: str) -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(f"10 13 0004 'MQTT' 04 {flags} 000a 0001 'a' 0001 'w' 0001 'x'")
    line.hang_up()
    watcher.expect(published)


@clause("MQTT-3.1.2-9")
@pytest.mark.parametrize(
    "packet",
    [
        "10 0d 0004 'MQTT' 04 06 0000 0001 'a'",
        "10 10 0004 'MQTT' 04 06 0000 0001 'a' 0001 'w'",
    ],
    ids=["neither topic nor message", "no message"],
)
def test_the_will_flag_without_a_will_closes_the_connection(packet: str) -> None:
    line = Desk().line()
    line.send(packet)
    line.expect_end(why="a field of")


@clause("MQTT-3.1.2-10")
def test_a_will_that_was_published_is_not_published_by_a_later_connection() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send("10 13 0004 'MQTT' 04 04 0000 0001 'a' 0001 'w' 0001 'x'")
    line.expect(ACCEPTED)
    line.hang_up()
    watcher.expect(PUBLISHED)
    desk.client("a", clean=False).hang_up()
    desk.advance(10_000)
    watcher.expect("")


@clause("MQTT-3.1.2-10")
def test_a_will_that_was_taken_back_is_not_published_by_a_later_connection() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send("10 13 0004 'MQTT' 04 04 0000 0001 'a' 0001 'w' 0001 'x'")
    line.send("e0 00")
    desk.client("a", clean=False).hang_up()
    desk.advance(10_000)
    watcher.expect("")


@clause("MQTT-3.1.2-11")
def test_a_will_in_the_payload_without_the_will_flag_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 13 0004 'MQTT' 04 02 0000 0001 'a' 0001 'w' 0001 'x'")
    line.expect_end(why="too many in a Connect")


@clause("MQTT-3.1.2-12")
def test_without_the_will_flag_nothing_is_published_at_the_end() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send("10 0d 0004 'MQTT' 04 02 0000 0001 'a'")
    line.expect(ACCEPTED)
    line.hang_up()
    watcher.expect("")


@clause("MQTT-3.1.2-13")
@pytest.mark.parametrize("flags", ["0a", "12"])
def test_a_will_qos_without_the_will_flag_closes_the_connection(flags: str) -> None:
    line = Desk().line()
    line.send(f"10 0d 0004 'MQTT' 04 {flags} 0000 0001 'a'")
    line.expect_end(why="will flags")


@clause("MQTT-3.1.2-14")
def test_a_will_qos_of_3_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 13 0004 'MQTT' 04 1e 0000 0001 'a' 0001 'w' 0001 'x'")
    line.expect_end(why="will flags")


@clause("MQTT-3.1.2-15")
def test_will_retain_without_the_will_flag_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 0d 0004 'MQTT' 04 22 0000 0001 'a'")
    line.expect_end(why="will flags")


@clause("MQTT-3.1.2-16")
def test_a_will_without_retain_is_not_retained() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    line.hang_up()
    watcher.expect(PUBLISHED)
    late = desk.client("late")
    late.send("82 06 0001 0001 'w' 00")
    late.expect("90 03 0001 00")


@clause("MQTT-3.1.2-17")
def test_a_will_with_retain_is_retained() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send("10 13 0004 'MQTT' 04 26 000a 0001 'a' 0001 'w' 0001 'x'")
    line.hang_up()
    watcher.expect(PUBLISHED)
    late = desk.client("late")
    late.send("82 06 0001 0001 'w' 00")
    late.expect("90 03 0001 00  31 04 0001 'w' 'x'")


@clause("MQTT-3.1.3-10")
def test_a_will_topic_that_is_not_utf_8_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 14 0004 'MQTT' 04 06 0000 0001 'a' 0002 c328 0001 'x'")
    line.expect_end(why="UTF-8")


@clause("MQTT-3.14.4-3")
def test_disconnect_takes_the_will_back() -> None:
    desk, watcher = watched()
    line = desk.line()
    line.send(WILL)
    line.send("e0 00")
    line.expect_end(ACCEPTED)
    line.hang_up()
    watcher.expect("")
