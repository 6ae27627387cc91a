"""The order in which a device presents itself."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.families.base import Effects, Publish, Wake
from homeward.families.meross import wire
from homeward.families.meross.emulator import Device
from homeward.testing.home import seeded
from tests.families.meross.vectors import KEY, MAC, USER, UUID

NOW = 1_700_000_000.0
TOPIC = f"/appliance/{UUID}/subscribe"


def device(generation: str) -> Device:
    made = Device(
        "mss310",
        generation=generation,
        key=KEY,
        user_id=USER,
        host="home.test",
        mac=MAC,
        uuid=UUID,
        randomness=seeded(),
    )
    made.start(NOW)
    return made


def said(effects: Effects) -> list[tuple[str, str, Any]]:
    messages = [wire.decode(effect.payload) for effect in effects if isinstance(effect, Publish)]
    assert all(wire.verify(message.header, KEY) for message in messages)
    return [(one.header.method, one.header.namespace.removeprefix("Appliance."), one.body()) for one in messages]


def names(effects: Effects) -> list[str]:
    return [f"{method} {namespace}" for method, namespace, _ in said(effects)]


def tell(made: Device, method: str, namespace: str, payload: Any, now: float) -> Effects:
    data = wire.encode(
        method, f"Appliance.{namespace}", payload, message_id="1", key=KEY, source="/cloud", timestamp=int(now)
    )
    return made.message(TOPIC, data, now)


def told_the_time(made: Device) -> Effects:
    made.connected(NOW + 4)
    return tell(made, "PUSH", "System.Clock", {"clock": {"timestamp": 1_800_000_000}}, NOW + 6)


def test_it_asks_for_the_time_every_two_seconds_with_its_uptime() -> None:
    made = device("6")
    first = made.connected(NOW + 4)
    assert said(first) == [("PUSH", "System.Clock", {"clock": {"timestamp": 4}})]
    assert first[-1] == Wake(2.0)
    assert said(made.wake(NOW + 6)) == [("PUSH", "System.Clock", {"clock": {"timestamp": 6}})]


def test_once_told_it_knows_the_time() -> None:
    made = device("6")
    assert made.clock.read(NOW + 9) == 9
    told_the_time(made)
    assert made.clock.read(NOW + 9) == 1_800_000_003


@pytest.mark.parametrize(
    ("generation", "order"),
    [
        ("1", ["PUSH System.Report", "PUSH Control.Bind", "PUSH Control.Toggle"]),
        (
            "2",
            ["PUSH System.Report", "PUSH Control.Bind", "PUSH Control.ConsumptionConfig", "PUSH Control.ToggleX"],
        ),
        ("6", ["PUSH System.Report", "SET Control.Bind"]),
    ],
)
def test_it_presents_itself(generation: str, order: list[str]) -> None:
    assert names(told_the_time(device(generation))) == order


def test_newer_firmware_waits_until_its_bind_is_acknowledged() -> None:
    made = device("6")
    told_the_time(made)
    assert made.online() == {"status": 0}
    assert names(made.wake(NOW + 16)) == ["SET Control.Bind"]
    finished = tell(made, "SETACK", "Control.Bind", {}, NOW + 17)
    assert names(finished) == ["PUSH Control.ConsumptionConfig", "PUSH Control.ToggleX"]
    assert made.online() == {"status": 1}
    assert names(tell(made, "SETACK", "Control.Bind", {}, NOW + 18)) == []


def test_bind_says_everything_a_cloud_needs() -> None:
    (bind,) = [payload["bind"] for _, name, payload in said(told_the_time(device("2"))) if name == "Control.Bind"]
    assert set(bind) == {"bindTime", "time", "hardware", "firmware"}
    assert bind["bindTime"] == 1_800_000_000
    assert bind["hardware"]["macAddress"] == MAC
    assert bind["firmware"]["userId"] == 46884


def test_it_remembers_when_it_was_first_bound() -> None:
    made = device("2")
    told_the_time(made)
    made.disconnected("gone", NOW + 50)
    made.connected(NOW + 60)
    effects = tell(made, "PUSH", "System.Clock", {"clock": {"timestamp": 1_800_000_060}}, NOW + 61)
    (bind,) = [payload["bind"] for _, name, payload in said(effects) if name == "Control.Bind"]
    assert bind["bindTime"] == 1_800_000_000


def test_the_time_is_asked_for_again_after_hours() -> None:
    made = device("2")
    assert told_the_time(made)[-1] == Wake(7200.0)
    assert names(made.wake(NOW + 7206)) == ["PUSH System.Clock"]
    assert names(tell(made, "PUSH", "System.Clock", {"clock": {"timestamp": 5}}, NOW + 7207)) == []


@pytest.mark.parametrize("payload", [{}, {"clock": 5}, {"clock": {"timestamp": "5"}}, {"clock": {"timestamp": None}}])
def test_a_clock_without_a_time_is_none(payload: Any) -> None:
    made = device("6")
    made.connected(NOW)
    (note,) = tell(made, "PUSH", "System.Clock", payload, NOW)
    assert note.what == "bad_payload"  # type: ignore[union-attr]
    assert not made.clock.told


def test_without_its_link_it_does_nothing() -> None:
    made = device("6")
    told_the_time(made)
    made.disconnected("gone", NOW + 20)
    assert made.wake(NOW + 30) == ()
    assert names(made.connected(NOW + 40)) == ["PUSH System.Clock"]
