from __future__ import annotations

import pytest

from homeward.errors import DeviceNotFound, StorageError
from homeward.families.base import Family
from homeward.model import EventKind
from tests.hub.house import SETTINGS, House, begun

NOW = 1_700_000_000.0


@pytest.fixture
def house() -> House:
    return House()


def test_a_snapshot_and_the_events_after_it_tell_everything(house: House) -> None:
    house.lamp()
    house.store.hold()
    house.report(on=True)
    house.told.clear()
    snapshot = house.hub.snapshot()
    assert snapshot.seq == 2
    assert snapshot.devices == house.hub.devices()
    house.store.release()
    house.report(on=False)
    assert [event.seq for event in house.told] == [3, 4]


def test_a_listener_that_unsubscribed_hears_no_more(house: House) -> None:
    heard = list[int]()
    stop = house.hub.subscribe(lambda event: heard.append(event.seq))
    house.seen()
    stop()
    house.hub.adopt("lamp-aa01")
    assert heard == [1]


def test_devices_are_listed_in_the_order_of_their_first_call(house: House) -> None:
    for native_id in ("cc03", "aa01", "bb02"):
        house.seen(native_id)
        house.clock.advance(1)
    order = [device.native_id for device in house.hub.devices()]
    assert order == ["cc03", "aa01", "bb02"]


def test_a_new_start_knows_what_was_known(house: House) -> None:
    house.lamp(dimmable=True)
    house.report(on=True, dim=7)
    house.seen("bb02")
    house.hub.remember("web", "token", "t")
    before = house.hub.devices()
    house.restart()
    assert house.hub.devices() == before
    assert house.hub.facts("web") == {"token": "t"}
    house.report(on=False)
    assert [event.seq for event in house.store.committed] == [1, 2, 3, 4, 5]


async def test_history_is_asked_for_by_name_too(house: House) -> None:
    house.lamp()
    house.lamp("bb02")
    events = await house.hub.events(device="L1 bb02", kinds=[EventKind.ADOPTED], newest_first=True)
    assert [(event.device, event.kind) for event in events] == [("lamp-bb02", EventKind.ADOPTED)]
    with pytest.raises(DeviceNotFound):
        await house.hub.events(device="unknown")


def test_trouble_is_that_of_the_store(house: House) -> None:
    assert house.hub.trouble() == {}
    house.store.fail("database or disk is full")
    assert house.hub.trouble() == {"store": "database or disk is full"}


async def test_what_was_decided_is_done_when_it_is_stored(house: House) -> None:
    house.store.hold()
    house.seen()
    house.hub.adopt("lamp-aa01")
    house.hub.remember("web", "token", "t")
    wait = await begun(house.hub.stored())
    assert not wait.done()
    house.store.release()
    await wait
    await house.hub.stored()


async def test_a_fact_alone_is_waited_for(house: House) -> None:
    house.store.hold()
    waits = [
        await begun(house.hub.stored(house.hub.remember("web", "token", "t"))),
        await begun(house.hub.stored()),
    ]
    assert [wait.done() for wait in waits] == [False, False]
    house.store.release()
    for wait in waits:
        await wait


async def test_what_cannot_be_stored_in_time_is_not_called_done(house: House) -> None:
    house.store.fail("database or disk is full")
    house.seen()
    wait = await begun(house.hub.stored())
    house.clock.advance(SETTINGS.commands.deadline)
    with pytest.raises(StorageError, match="not stored yet: database or disk is full"):
        await wait
    house.store.release()


async def test_closing_saves_the_twin_and_closes_the_store(house: House) -> None:
    house.lamp()
    house.report(on=True)
    await house.hub.close()
    house.store.committed.clear()
    assert house.store.load().states["lamp-aa01"]["on"].value is True
    house.clock.advance(3_600)


async def test_a_link_that_falls_after_the_close_hurts_nobody(house: House) -> None:
    house.lamp()
    wire = house.connect()
    await house.hub.close()
    house.hub.detach(wire, "Homeward is stopping")


def test_a_device_whose_family_has_left_is_listed_without_entities(house: House) -> None:
    house.lamp()
    house.report(on=True)
    house.restart()
    house.hub.families.clear()
    device = house.hub.device("lamp-aa01")
    assert (device.name, device.entities) == ("L1 aa01", [])


class Kettles(Family):
    name = "kettle"
    title = "Kettles"


def test_a_family_from_elsewhere_is_let_in_by_the_same_door(house: House) -> None:
    family = house.hub.install(Kettles)
    assert house.hub.families["kettle"] is family
    assert family.home.settings is None


def test_a_family_sees_its_own_and_nothing_else(house: House) -> None:
    house.lamp()
    house.seen("bb02")
    house.connect()
    house.hub.remember("web", "token", "t")
    house.hub.remember("lamp", "user", 7)
    home = house.hub.families["lamp"].home
    assert [device.native_id for device in home.devices()] == ["aa01", "bb02"]
    assert [home.is_online(native_id) for native_id in ("aa01", "bb02", "ff99")] == [True, False, False]
    assert home.device("ff99") is None
    assert home.facts() == {"user": 7}
    assert (home.advertise, home.ports, home.random(3)) == ("home.test", {"mqtts": 8883}, b"\0\0\0")
    other = house.hub.install(Kettles).home
    assert (list(other.devices()), other.facts()) == ([], {})


def test_a_family_of_the_house_has_its_section_of_the_settings() -> None:
    class Meross(Family):
        name = "meross"
        title = "Meross"

    house = House()
    assert house.hub.install(Meross).home.settings is house.settings.families.meross
