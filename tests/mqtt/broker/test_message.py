"""What becomes of a message's properties while it waits."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker.message import message
from homeward.mqtt.packets import Publish


@pytest.mark.parametrize(("waited", "left"), [(0.0, 10), (0.001, 10), (1.0, 9), (9.5, 1), (11.0, 0)])
def test_whole_seconds_of_waiting_are_taken_off_a_messages_time(waited: float, left: int) -> None:
    packet = Publish("t", b"x", properties={"message_expiry_interval": 10, "content_type": "text"})
    waiting = message(packet, expires=1_000_010.0)
    assert waiting.remaining(1_000_000.0 + waited) == {"message_expiry_interval": left, "content_type": "text"}
