"""MQTT 3.1.1, 3.14: DISCONNECT. That it takes the will back is in `test_will.py`."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk


@clause("MQTT-3.14.1-1")
@pytest.mark.parametrize("flags", range(1, 16))
def test_a_disconnect_with_reserved_bits_is_none(flags: int) -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("#")
    line = desk.line()
    line.send("10 13 0004 'MQTT' 04 06 0000 0001 'a' 0001 'w' 0001 'x'")
    line.expect("20 02 00 00")
    line.send(bytes((0xE0 | flags, 0)))
    line.expect_end(why=f"0xe{flags:x}")
    watcher.expect("30 04 0001 'w' 'x'")
