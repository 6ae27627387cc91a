from __future__ import annotations

from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from homeward.errors import InvalidValue, SettingsError
from homeward.families.base import Call, Request
from homeward.families.meross.firmware import Shelf
from homeward.model import Description, Device, Entity, Platform
from homeward.testing.home import FakeHome
from homeward.testing.virtual_home import PEER
from tests.families.meross.house import House

PLUG = Device("meross-1", "meross", "1", "Plug", description=Description("mss310"))
ENTITIES = [Entity("switch", Platform.SWITCH, "Switch"), Entity("firmware", Platform.UPDATE, "Firmware")]
IMAGE = b"homeward mss310 6.10.0\nrest"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in (("mss310-6.10.0.bin", IMAGE), ("mss310-6.9.1.bin", b"older"), ("notes.txt", b"no image")):
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    return Shelf(FakeHome(), str(folder))


def fetch(shelf: Shelf, path: str, method: str = "GET") -> Any:
    return shelf.http(Request(method, path, "", {}, b"", PEER))


def test_the_versions_that_are_there_are_offered_in_their_order(shelf: Shelf) -> None:
    switch, firmware = shelf.offer(PLUG, ENTITIES)
    assert switch == ENTITIES[0]
    assert firmware.options == ("6.9.1", "6.10.0")
    assert firmware.writable


def test_a_model_without_an_image_is_offered_none(shelf: Shelf) -> None:
    other = Device("meross-2", "meross", "2", "Bulb", description=Description("msl120"))
    assert shelf.offer(other, ENTITIES) == ENTITIES
    assert Shelf(FakeHome(), "").offer(PLUG, ENTITIES) == ENTITIES


def test_an_upgrade_tells_the_device_where_to_fetch_what(shelf: Shelf) -> None:
    assert shelf.upgrade(PLUG, "6.10.0") == Call(
        "SET Appliance.Control.Upgrade",
        {"upgrade": {"url": "http://home.test:8080/firmware/mss310-6.10.0.bin", "md5": md5(IMAGE).hexdigest()}},
    )


@pytest.mark.parametrize("version", ["6.10.1", "../notes.txt", None, True, 6])
def test_a_version_that_is_not_there_is_refused(shelf: Shelf, version: Any) -> None:
    with pytest.raises(InvalidValue, match="there is no mss310"):
        shelf.upgrade(PLUG, version)


def test_without_a_plain_door_there_is_no_upgrade(folder: Path) -> None:
    home = FakeHome()
    home.ports = {"https": 443}
    with pytest.raises(InvalidValue, match="plain HTTP"):
        Shelf(home, str(folder)).upgrade(PLUG, "6.10.0")


def test_an_image_is_handed_out(shelf: Shelf) -> None:
    reply = fetch(shelf, "/firmware/mss310-6.10.0.bin")
    assert (reply.status, reply.body, reply.content_type) == (200, IMAGE, "application/octet-stream")


@pytest.mark.parametrize("path", ["notes.txt", "", "../mss310-6.10.0.bin", "mss310-6.10.0.bin/", "MSS310-6.10.0.bin"])
def test_nothing_but_an_image_is(shelf: Shelf, path: str) -> None:
    assert fetch(shelf, f"/firmware/{path}").status == 404


def test_an_image_is_only_fetched(shelf: Shelf) -> None:
    assert fetch(shelf, "/firmware/mss310-6.10.0.bin", "POST").status == 404
    assert fetch(shelf, "/v1/Device/devList") is None


def test_an_image_that_has_gone_since_is_not_there(shelf: Shelf, folder: Path) -> None:
    (folder / "mss310-6.10.0.bin").unlink()
    assert fetch(shelf, "/firmware/mss310-6.10.0.bin").status == 404


def test_a_folder_that_is_none_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"families\.meross\.firmware"):
        Shelf(FakeHome(), str(tmp_path / "nowhere"))


def test_a_device_runs_what_it_was_told_to_fetch(folder: Path) -> None:
    house = House(firmware=str(folder))
    uuid = house.plug().emulator.native_id
    before = house.values[uuid]["firmware"]
    call = house.family.command(house.home.known[uuid], "firmware", "6.10.0")
    house.call(uuid, call)
    house.clock.advance(60)
    assert before != "6.10.0"
    assert house.values[uuid]["firmware"] == "6.10.0"
    assert [happened.data["upgradeInfo"]["status"] for happened in house.happened if happened.what == "upgrade"][
        -1
    ] == 2
