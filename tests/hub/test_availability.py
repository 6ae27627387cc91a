from __future__ import annotations

import pytest

from homeward.errors import DeviceOffline
from homeward.hub.availability import SINCE_START, TAKEN_OVER, duration
from homeward.model import Availability, EventKind
from homeward.testing.store import MemoryStore
from tests.hub.house import House

NOW = 1_700_000_000.0
SILENCE = "keep-alive: nothing heard for 45 s"


@pytest.fixture
def house() -> House:
    house = House()
    house.lamp()
    house.kinds()
    return house


def availability(house: House) -> Availability:
    return house.hub.device("lamp-aa01").availability


def test_a_device_not_heard_of_yet_is_offline_since_the_start(house: House) -> None:
    house.clock.advance(60)
    assert availability(house) == Availability(False, SINCE_START, NOW)
    assert house.hub.device("lamp-aa01").last_heard is None


def test_a_connected_device_is_online_by_the_evidence_of_its_link(house: House) -> None:
    house.clock.advance(60)
    wire = house.connect()
    assert availability(house) == Availability(True, "connected by mqtt from 10.0.0.5", NOW + 60)
    wire.last_frame = NOW + 75
    device = house.hub.device("lamp-aa01")
    assert (device.last_heard, device.transport) == (NOW + 75, "mqtt")
    (event,) = house.told
    assert (event.kind, event.data) == (EventKind.ONLINE, {"reason": "connected by mqtt from 10.0.0.5"})


def test_a_lost_device_is_offline_for_a_reason_and_when_it_was_heard_is_remembered(house: House) -> None:
    wire = house.connect()
    house.clock.advance(45)
    house.hub.detach(wire, SILENCE)
    assert availability(house) == Availability(False, SILENCE, NOW + 45)
    device = house.hub.device("lamp-aa01")
    assert (device.last_heard, device.transport) == (NOW, "")
    assert [event.data for event in house.told][1:] == [{"reason": SILENCE}]
    assert house.kinds() == [EventKind.ONLINE, EventKind.OFFLINE]


def test_a_newer_link_takes_over_and_the_device_was_never_away(house: House) -> None:
    older = house.connect()
    house.clock.advance(10)
    newer = house.connect()
    assert (older.closed, newer.closed) == ([TAKEN_OVER], [])
    house.hub.detach(older, "the device closed the connection")
    assert availability(house) == Availability(True, "connected by mqtt from 10.0.0.5", NOW)
    assert house.kinds() == [EventKind.ONLINE]


def test_attaching_the_same_link_again_changes_nothing(house: House) -> None:
    wire = house.connect()
    house.hub.attach("lamp", "aa01", wire)
    assert wire.closed == []
    assert house.kinds() == [EventKind.ONLINE]


def test_a_link_that_turns_out_to_be_another_device_s_leaves_the_first(house: House) -> None:
    house.lamp("bb02")
    wire = house.connect()
    house.hub.attach("lamp", "bb02", wire)
    assert not availability(house).online
    assert house.hub.device("lamp-bb02").availability.online
    house.hub.detach(wire, SILENCE)
    assert not house.hub.device("lamp-bb02").availability.online


def test_a_link_nobody_attached_may_be_detached(house: House) -> None:
    wire = house.connect()
    house.hub.detach(wire, SILENCE)
    house.hub.detach(wire, "again")
    assert availability(house).reason == SILENCE


def test_comings_and_goings_of_strangers_are_shown_but_no_events(house: House) -> None:
    house.seen("bb02")
    wire = house.connect("bb02")
    assert house.hub.device("lamp-bb02").availability.online
    house.hub.detach(wire, SILENCE)
    assert house.kinds() == [EventKind.PENDING]


def test_a_connected_stranger_comes_online_as_it_is_adopted(house: House) -> None:
    house.seen("bb02")
    wire = house.connect("bb02")
    house.hub.adopt("lamp-bb02")
    assert wire.greeted == 1
    assert house.kinds() == [EventKind.PENDING, EventKind.ADOPTED, EventKind.ONLINE]


def test_a_link_may_come_before_its_device_is_seen(house: House) -> None:
    house.connect("bb02")
    house.seen("bb02")
    assert house.hub.device("lamp-bb02").availability.online


def test_a_new_start_tells_of_those_who_were_online_that_they_are_not(house: House) -> None:
    house.lamp("bb02")
    house.connect()
    house.hub.detach(house.connect("bb02"), SILENCE)
    house.kinds()
    house.clock.advance(60)
    house.restart()
    offline = house.store.committed[-1]
    assert (offline.kind, offline.device, offline.at) == (EventKind.OFFLINE, "lamp-aa01", NOW + 60)
    assert offline.data == {"reason": SINCE_START}
    house.restart()
    assert house.store.committed[-1] is offline


def test_a_coming_or_going_the_store_refuses_is_told_of_later_as_it_is_then() -> None:
    house = House(store=MemoryStore(backlog=4))
    house.lamp()
    house.lamp("bb02")
    house.connect()
    house.kinds()
    house.store.fail("disk full")
    for heat in range(4):
        house.report(heat=heat)
    wire = house.connect("bb02")
    house.hub.detach(wire, SILENCE)
    house.connect("bb02")
    house.store.release()
    house.kinds()
    house.clock.advance(house.settings.store.checkpoint)
    assert [(event.kind, event.device) for event in house.told] == [(EventKind.ONLINE, "lamp-bb02")]


async def test_whoever_calls_an_offline_device_learns_the_reason_and_its_age(house: House) -> None:
    house.hub.detach(house.connect(), SILENCE)
    house.clock.advance(600)
    with pytest.raises(DeviceOffline, match=rf"L1 aa01 is offline: {SILENCE} \(10 min ago\)"):
        await house.hub.set("lamp-aa01", "on", True)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (45, "45 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (200_000, "2 days")],
)
def test_a_time_span_is_said_in_the_unit_a_person_would_use(seconds: float, text: str) -> None:
    assert duration(seconds) == text
