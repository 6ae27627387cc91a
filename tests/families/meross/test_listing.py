from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross import listing
from homeward.model import Description, Device
from homeward.testing.home import FakeHome

STRIP: dict[str, Any] = {"Appliance.Control.ToggleX": {str(channel): {} for channel in range(5)}}
DOORS: dict[str, Any] = {"Appliance.GarageDoor.State": {"1": {}, "2": {}, "3": {}}}
PHASES: dict[str, Any] = {"Appliance.Control.ElectricityX": {"1": {}, "2": {}}}


def channels(model: str, **native: Any) -> list[Any]:
    device = Device("meross-1", "meross", "1", "Strip", description=Description(model), native=native)
    found: list[Any] = listing.item(FakeHome(), device)["channels"]
    return found


@pytest.mark.parametrize("native", [{}, {"items": {}}, {"items": PHASES}, {"channels": 3}])
def test_a_device_that_told_of_no_channel_has_one(native: Any) -> None:
    assert channels("mss310", **native) == [{}]


def test_an_outlet_stands_at_the_index_of_its_channel_after_all_of_them() -> None:
    master, *outlets = channels("mss620", items=STRIP)
    assert master == {}
    assert outlets == [
        {"type": "Switch", "devName": f"Switch {channel}", "devIconId": "device001"} for channel in (1, 2, 3, 4)
    ]


def test_the_last_channel_of_some_strips_is_usb() -> None:
    assert [channel.get("type") for channel in channels("mss425e", items=STRIP)] == [None, *["Switch"] * 3, "USB"]


def test_garage_doors_are_channels_too() -> None:
    assert len(channels("msg200", items=DOORS)) == 4


def test_a_channel_with_a_great_number_does_not_make_a_great_list() -> None:
    assert len(channels("mss620", items={"Appliance.Control.ToggleX": {"255": {}}})) == 65
