"""MQTT 5, 4.10: request and response. It has no statements of its own; what carries it has (3.3.2-15, 3.3.2-16)."""

from __future__ import annotations

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import client, desk, subscriber


@clause("MQTT-3.3.2-15", "MQTT-3.3.2-16")
def test_a_request_says_where_its_response_is_to_go_and_what_it_is_to_say() -> None:
    house = desk()
    asker = subscriber(house, "answers/7", 1, "asker")
    answerer = subscriber(house, "ask", 1, "answerer")
    asker.send("32 1c 0003 'ask' 0001 13 08 0009 'answers/7' 09 0004 00ff0001 '?'")
    asker.expect("40 02 0001")
    answerer.expect("32 1c 0003 'ask' 0001 13 08 0009 'answers/7' 09 0004 00ff0001 '?'")
    answerer.send("32 16 0009 'answers/7' 0001 07 09 0004 00ff0001 '!'")
    answerer.expect("40 02 0001")
    asker.expect("32 16 0009 'answers/7' 0001 07 09 0004 00ff0001 '!'")


@clause("MQTT-3.3.2-15", "MQTT-3.3.2-16")
def test_a_request_that_is_retained_or_a_will_says_so_too() -> None:
    house = desk()
    client(house).send("31 0f 0003 'ask' 08 08 0001 'r' 09 0001 'd' '?'")
    line = house.line()
    line.send("10 1f 0004 'MQTT' 05 06 0000 00 0001 'b' 08 08 0001 'r' 09 0001 'd' 0003 'ask' 0001 '?'")
    line.take()
    listener = client(house, "listener")
    listener.send("82 09 0001 00 0003 'ask' 00")
    listener.expect("90 04 0001 00 00 31 0f 0003 'ask' 08 08 0001 'r' 09 0001 'd' '?'")
    line.hang_up()
    listener.expect("30 0f 0003 'ask' 08 08 0001 'r' 09 0001 'd' '?'")


@clause("MQTT-3.1.2-28")
def test_who_does_not_ask_for_response_information_gets_none() -> None:
    line = desk().line()
    line.send("10 10 0004 'MQTT' 05 02 0000 02 19 00 0001 'a'")
    line.expect("20 0e 00 00 0b 21 0014 27 00001000 22 0004")
