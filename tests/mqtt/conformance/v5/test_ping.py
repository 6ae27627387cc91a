"""MQTT 5, 3.12 and 3.13: PINGREQ, PINGRESP."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import client, desk, ends


@clause("MQTT-3.12.4-1")
def test_each_ping_is_answered() -> None:
    line = client(desk())
    line.send("c0 00")
    line.expect("d0 00")
    line.send("c0 00 c0 00")
    line.expect("d0 00 d0 00")


def test_a_ping_with_a_body_ends_the_connection() -> None:
    line = client(desk())
    line.send("c0 01 00")
    ends(line, "e0 01 81")


@pytest.mark.parametrize("said", ["d0 00", "20 03 00 00 00", "90 04 0001 00 00", "b0 04 0001 00 00"])
def test_what_only_servers_say_is_a_protocol_error(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 82")
