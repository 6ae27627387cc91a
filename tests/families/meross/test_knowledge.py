"""What a session makes of a device's news: channels, sub-devices, happenings, and what it asks because of them."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.families.base import Happened, Note, Publish, Report
from homeward.families.meross import wire
from homeward.settings import Meross as Settings
from tests.families.meross.line import NOTES, SUBSCRIBE, Device, of, said
from tests.families.meross.vectors import UUID

HUB: dict[str, Any] = {
    "abilities": [f"Appliance.{name}" for name in ("Hub.Online", "Hub.Sensor.All", "Control.PhysicalLock")],
    "items": {},
    "subdevices": {"12": "ms100"},
}
LIST = {"subdeviceList": {"subdevice": [{"id": "12", "status": 1}, {"id": "13", "status": 2}], "needReply": 1}}


def test_a_hub_that_asks_for_a_reply_to_its_list_gets_it_back() -> None:
    effects = Device(**HUB).says("PUSH", "Hub.SubdeviceList", LIST)
    assert said(effects, SUBSCRIBE)[0] == (
        "PUSH",
        "Hub.SubdeviceList",
        {"subdeviceList": LIST["subdeviceList"] | {"needReply": 0}},
    )


@pytest.mark.parametrize("needs", [0, None, "1"])
def test_a_hub_that_asks_for_none_gets_none(needs: Any) -> None:
    told = {"subdeviceList": LIST["subdeviceList"] | {"needReply": needs}}
    answers = said(Device(**HUB).says("PUSH", "Hub.SubdeviceList", told), SUBSCRIBE)
    assert "Hub.SubdeviceList" not in [name for _, name, _ in answers]


def test_no_hub_gets_a_reply_where_that_is_not_wanted() -> None:
    device = Device(**HUB)
    device.house.home.settings = Settings(subdevice_reply=False)
    answers = said(device.says("PUSH", "Hub.SubdeviceList", LIST), SUBSCRIBE)
    assert "Hub.SubdeviceList" not in [name for _, name, _ in answers]


def test_a_sub_device_that_shows_up_is_there_at_once_and_looked_up() -> None:
    device = Device(**HUB)
    effects = device.says("PUSH", "Hub.SubdeviceList", LIST)
    assert of(effects, Report) == [Report(UUID, {"12_online": True, "13_online": False})]
    assert device.house.home.known[UUID].native["subdevices"] == {"12": "ms100", "13": ""}
    assert ("GET", "System.All", {}) in said(effects, SUBSCRIBE)
    assert ("GET", "System.All", {}) not in said(device.says("PUSH", "Hub.SubdeviceList", LIST), SUBSCRIBE)


def test_a_pairing_is_an_event_and_tells_the_type() -> None:
    device = Device(**HUB)
    bind = {"bind": [{"id": "14", "deviceType": "ms200"}]}
    effects = device.says("PUSH", "Hub.Bind", bind)
    assert of(effects, Happened) == [Happened(UUID, "subdevice_added", bind)]
    assert device.house.home.known[UUID].native["subdevices"]["14"] == "ms200"
    effects = device.says("PUSH", "Hub.Unbind", bind)
    assert of(effects, Happened) == [Happened(UUID, "subdevice_removed", bind)]
    assert "14" not in device.house.home.known[UUID].native["subdevices"]


def test_the_progress_of_an_upgrade_is_an_event() -> None:
    effects = Device(**NOTES).says("PUSH", "Control.Upgrade", {"upgradeInfo": {"status": 1, "percent": 25}})
    assert of(effects, Happened) == [Happened(UUID, "upgrade", {"upgradeInfo": {"status": 1, "percent": 25}})]
    assert of(Device(**NOTES).says("PUSH", "Control.Upgrade", {}), Happened) == [Happened(UUID, "upgrade", {})]


@pytest.mark.parametrize(
    ("namespace", "payload"),
    [
        ("Control.OverTemp", {"overTemp": [{"channel": 0, "value": 1}]}),
        ("Config.NtpSite", {}),
        ("Control.Teleport", []),
    ],
)
def test_whatever_a_device_sets_at_its_cloud_is_acknowledged(namespace: str, payload: Any) -> None:
    effects = Device(**NOTES).says("SET", namespace, payload, message_id="ab")
    assert said(effects, SUBSCRIBE) == [("SETACK", namespace, {})]
    assert wire.decode(of(effects, Publish)[0].payload).header.message_id == "ab"


def test_what_is_pushed_in_answer_to_a_push_is_how_it_stands() -> None:
    device = Device(**HUB)
    asked = said(
        device.answers("GETACK", "System.Ability", {"ability": {name: {} for name in HUB["abilities"]}}), SUBSCRIBE
    )
    assert ("PUSH", "Control.PhysicalLock", {}) in asked
    effects = device.answers("PUSH", "Control.PhysicalLock", {"lock": [{"channel": 0, "onoff": 1}]})
    assert effects == [Report(UUID, {"child_lock": True})]


def test_a_shutter_that_says_it_stopped_is_asked_where() -> None:
    device = Device(abilities=["Appliance.RollerShutter.State", "Appliance.RollerShutter.Position"], items={})
    effects = device.says("PUSH", "RollerShutter.State", {"state": [{"channel": 0, "state": 0}]})
    assert said(effects, SUBSCRIBE) == [("GET", "RollerShutter.Position", {"position": []})]


def test_phases_are_reported_from_the_message_they_are_first_told_in() -> None:
    device = Device(abilities=["Appliance.Control.ElectricityX"], items={})
    effects = device.says("PUSH", "Control.ElectricityX", {"electricity": [{"channel": 2, "power": 1500}]})
    assert of(effects, Report) == [Report(UUID, {"power_2": 1.5})]
    assert of(effects, Note) == []


def test_a_new_sub_device_leaves_no_question_unasked() -> None:
    device = Device(**HUB)
    effects = device.says("PUSH", "Hub.Bind", {"bind": [{"id": "14", "deviceType": "mts100v3"}]})
    asked = {f"Appliance.{namespace}" for _, namespace, _ in said(effects, SUBSCRIBE)}
    layout = device.session._knowledge.layout
    assert layout
    assert layout.asks
    assert asked == {*layout.asks, "Appliance.System.All"}
