"""MQTT 3.1.1, 4.8: what closes a connection."""

from __future__ import annotations

import pytest

from homeward.errors import StorageError
from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk


@clause("MQTT-4.8.0-1")
@pytest.mark.parametrize(
    "packet",
    ["20 02 00 00", "90 03 0001 00", "b0 02 0001", "d0 00", "00 00", "f0 00"],
    ids=["CONNACK", "SUBACK", "UNSUBACK", "PINGRESP", "type 0", "type 15"],
)
def test_a_packet_that_no_client_sends_closes_its_connection_and_no_other(packet: str) -> None:
    desk = Desk()
    line, bystander = desk.client("a"), desk.client("b")
    line.send(packet + "c0 00")
    line.expect_end()
    bystander.send("c0 00")
    bystander.expect("d0 00")


@clause("MQTT-4.8.0-1")
@pytest.mark.parametrize("packet", ["40 01 00", "40 03 0001 00", "c0 01 00", "e0 01 00", "62 00"])
def test_a_packet_of_the_wrong_size_closes_its_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end()


@clause("MQTT-4.8.0-1")
@pytest.mark.parametrize("header", ["30 80808080 01", "30 ffffffff", "c0 80808080"])
def test_a_remaining_length_of_more_than_four_bytes_closes_its_connection(header: str) -> None:
    line = Desk(Limits(packet=268_435_455)).client()
    line.send(header)
    line.expect_end(why="more than four bytes")


@clause("MQTT-4.8.0-2")
@pytest.mark.parametrize("packet", ["30 04 0001 't' 'x'", "32 06 0001 't' 0007 'x'", "34 06 0001 't' 0007 'x'"])
def test_a_message_that_cannot_be_kept_now_closes_its_connection_unacknowledged(
    packet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    line, bystander = desk.client("a"), desk.client("b")

    def fail(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(line.guest, "published", fail)
    line.send(packet)
    line.expect_end(why="the disk is full")
    assert not bystander.ended
