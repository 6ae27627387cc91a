"""MQTT 5, 4.11: another server. It has no statements of its own; the reasons are those of CONNACK and DISCONNECT."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Refusal
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import CONNECT, client, desk, ends, lasting

REASONS = [(Reason.USE_ANOTHER_SERVER, "9c"), (Reason.SERVER_MOVED, "9d")]


@clause("MQTT-3.2.2-8", "MQTT-3.2.2-7")
@pytest.mark.parametrize(("reason", "said"), REASONS)
def test_a_client_is_sent_elsewhere_as_it_signs_in(reason: Reason, said: str) -> None:
    line = desk().line(Refusal(3, "full", reason, "other.example:1883"))
    line.send(CONNECT)
    ends(line, f"20 18 00 {said} 15 1c 0012 'other.example:1883'")


@clause("MQTT-3.14.2-1", "MQTT-3.14.4-2")
@pytest.mark.parametrize(("reason", "said"), REASONS)
def test_a_client_that_is_here_is_sent_elsewhere(reason: Reason, said: str) -> None:
    house = desk()
    line = lasting(house)
    line.connection.redirect("other.example", reason)
    ends(line, f"e0 12 {said} 10 1c 000d 'other.example'")
    assert list(house.broker.sessions) == ["a"]  # it may come back


def test_where_to_is_left_out_if_the_client_takes_no_packet_as_large() -> None:
    line = client(desk(), maximum_packet_size=16)
    line.connection.redirect("other.example")
    line.expect_end("e0 01 9c")
