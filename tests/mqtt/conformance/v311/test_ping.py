"""MQTT 3.1.1, 3.12: PINGREQ."""

from __future__ import annotations

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk


@clause("MQTT-3.12.4-1")
def test_a_ping_is_answered() -> None:
    line = Desk().client()
    line.send("c0 00")
    line.expect("d0 00")
