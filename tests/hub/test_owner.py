from __future__ import annotations

import pytest

from homeward.errors import DeviceNotFound, InvalidValue, StorageError
from homeward.model import EventKind
from homeward.testing.store import MemoryStore
from tests.hub.house import House


@pytest.fixture
def house() -> House:
    house = House()
    house.seen()
    house.kinds()
    return house


def test_adoption_is_told_of_and_greets_the_device(house: House) -> None:
    wire = house.connect()
    device = house.hub.adopt("lamp-aa01", "Porch")
    assert (device.adopted, device.name, wire.greeted) == (True, "Porch", 1)
    assert house.told[0].data == {"name": "Porch", "model": "L1"}
    assert house.kinds() == [EventKind.ADOPTED, EventKind.ONLINE]


def test_adopting_twice_changes_nothing_but_the_name(house: House) -> None:
    wire = house.connect()
    house.hub.adopt("lamp-aa01")
    house.kinds()
    assert house.hub.adopt("lamp-aa01").name == "L1 aa01"
    assert house.kinds() == []
    assert house.hub.adopt("lamp-aa01", "Porch").name == "Porch"
    assert house.kinds() == [EventKind.DESCRIBED]
    assert wire.greeted == 1


def test_a_device_can_be_called_otherwise(house: House) -> None:
    assert house.hub.rename("lamp-aa01", "  Reading \t lamp ").name == "Reading lamp"
    assert house.hub.device("Reading lamp").id == "lamp-aa01"
    assert [event.data["name"] for event in house.told] == ["Reading lamp"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "bell\x07"])
def test_a_name_that_is_none_is_refused(house: House, name: str) -> None:
    with pytest.raises(InvalidValue, match="1 to 100 printable characters"):
        house.hub.rename("lamp-aa01", name)
    assert house.hub.device("lamp-aa01").name == "L1 aa01"


def test_a_removed_device_is_gone_with_its_history_and_its_link(house: House) -> None:
    house.hub.adopt("lamp-aa01")
    wire = house.connect()
    house.report(on=True)
    house.kinds()
    house.hub.remove("lamp-aa01")
    assert wire.closed == ["its owner has removed the device"]
    house.hub.detach(wire, "closed")
    assert house.kinds() == [EventKind.REMOVED]
    assert [event.kind for event in house.store.committed] == [EventKind.REMOVED]
    with pytest.raises(DeviceNotFound):
        house.hub.device("lamp-aa01")
    assert house.report(on=False) is None


def test_a_removed_device_that_calls_again_is_a_stranger(house: House) -> None:
    house.hub.adopt("lamp-aa01")
    house.report(on=True)
    house.hub.remove("lamp-aa01")
    house.seen()
    device = house.hub.device("lamp-aa01")
    assert (device.adopted, device.entities[0].value, device.availability.online) == (False, None, False)


def test_what_the_store_refuses_was_not_decided() -> None:
    house = House(store=MemoryStore(backlog=3))
    house.lamp()
    house.seen("bb02")
    house.store.fail("disk full")
    for heat in range(2):
        house.report(heat=heat)
    for decide in (
        lambda: house.hub.adopt("lamp-bb02"),
        lambda: house.hub.rename("lamp-bb02", "Porch"),
        lambda: house.hub.remove("lamp-bb02"),
        lambda: house.hub.remember("web", "token", 1),
    ):
        with pytest.raises(StorageError, match="disk full"):
            decide()
    device = house.hub.device("lamp-bb02")
    assert (device.adopted, device.name) == (False, "L1 bb02")
    assert house.hub.facts("web") == {}
