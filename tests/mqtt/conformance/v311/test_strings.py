"""MQTT 3.1.1, 1.5.3: UTF-8 encoded strings."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk


@clause("MQTT-1.5.3-1")
@pytest.mark.parametrize(
    "packet",
    [
        "30 04 0002 c328",  # PUBLISH: a continuation byte is missing
        "30 05 0003 eda080",  # the surrogate U+D800
        "30 05 0003 edbfbf",  # the surrogate U+DFFF
        "30 04 0002 c0af",  # "/" in two bytes
        "30 06 0004 f4908080",  # U+110000
        "82 07 0001 0002 c328 00",  # SUBSCRIBE
        "a2 06 0001 0002 c328",  # UNSUBSCRIBE
    ],
)
def test_a_string_that_is_not_utf_8_closes_the_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why="utf-8" if packet.startswith("30") else "UTF-8")


@clause("MQTT-1.5.3-2")
@pytest.mark.parametrize(
    "packet", ["30 05 0003 'a' 00 'b'", "82 08 0001 0003 'a' 00 'b' 00", "a2 07 0001 0003 'a' 00 'b'"]
)
def test_a_string_with_the_null_character_closes_the_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why="U+0000")


@clause("MQTT-1.5.3-3")
def test_a_byte_order_mark_is_a_character_as_others_are() -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("a")
    line.subscribe("\ufeffa")
    line.send("30 07 0004 efbbbf 'a' 'x'")
    line.expect("30 07 0004 efbbbf 'a' 'x'")
    line.send("30 04 0001 'a' 'x'")
    line.expect("30 04 0001 'a' 'x'")
