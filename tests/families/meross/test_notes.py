from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross import notes
from homeward.families.meross.wire import BadMessage

HUB = {"abilities": ["Appliance.Hub.Online"]}


def learned(native: Any, namespace: str, payload: Any) -> Any:
    return notes.learn(native, f"Appliance.{namespace}", payload)


@pytest.mark.parametrize(
    ("digest", "channels"),
    [
        (None, [0]),
        ({}, [0]),
        ({"togglex": [{"channel": 0, "onoff": 1}]}, [0]),
        ({"togglex": [{"channel": channel} for channel in range(5)]}, [0, 1, 2, 3, 4]),
        ({"light": {"channel": 0}, "timerx": []}, [0]),
        ({"light": {"channel": 1}, "fan": [{"channel": 2}], "togglex": [{"channel": 0}]}, [0, 1, 2]),
        ({"diffuser": {"type": "mod100", "spray": [{"channel": 0}], "light": [{"channel": 1}]}}, [0, 1]),
        ({"garageDoor": [{"channel": 1}, None], "hub": {"hubId": 5}}, [0, 1]),
        ({"garageDoor": [{"channel": "x"}, {"channel": -1}, {"channel": 256}, {"channel": 2}], "togglex": 5}, [0, 2]),
    ],
)
def test_channels_are_all_that_the_digest_speaks_of(digest: Any, channels: list[int]) -> None:
    assert notes.channels(learned({}, "System.All", {"all": {"digest": digest}})) == channels


def test_abilities_are_kept_with_their_options() -> None:
    told = learned({}, "System.Ability", {"ability": {"Appliance.B": {"capacity": 5}, "Appliance.A": {}}})
    assert told == {"abilities": ["Appliance.A", "Appliance.B"], "options": {"Appliance.B": {"capacity": 5}}}
    assert learned(told, "System.Ability", {"ability": {"Appliance.B": {"capacity": 5}, "Appliance.A": {}}}) == {}


@pytest.mark.parametrize("payload", [{}, {"ability": ["Appliance.A"]}])
def test_abilities_that_are_none_are_refused(payload: Any) -> None:
    with pytest.raises(BadMessage):
        learned({}, "System.Ability", payload)


def test_lasting_fields_are_kept_until_they_are_told_anew() -> None:
    fan, mode = "Appliance.Control.Fan", "Appliance.Control.Thermostat.Mode"
    digest = {"fan": [{"channel": 2, "speed": 1, "maxSpeed": 3}], "thermostat": {"mode": [{"channel": 0, "min": 50}]}}
    native = learned({}, "System.All", {"all": {"digest": digest}})
    assert native == {"items": {fan: {"2": {"maxSpeed": 3}}, mode: {"0": {"min": 50}}}}
    assert learned(native, "Control.Fan", {"fan": [{"channel": 2, "speed": 2}]}) == {}
    told = learned(native, "Control.Fan", {"fan": [{"channel": 2, "maxSpeed": 5}]})
    assert told["items"] == {fan: {"2": {"maxSpeed": 5}}, mode: {"0": {"min": 50}}}
    assert learned(native, "System.All", {"all": {"digest": {"fan": [{"channel": 2}]}}}) == {
        "items": {fan: {"2": {"maxSpeed": 3}}}
    }


def test_what_must_be_said_beside_the_key_is_found_there() -> None:
    digest = {"diffuser": {"type": "mod100", "light": [{"channel": 0, "onoff": 1}]}}
    told = learned({}, "System.All", {"all": {"digest": digest}})
    assert told == {"items": {"Appliance.Control.Diffuser.Light": {"0": {"type": "mod100"}}}}


def test_a_channel_is_learnt_from_its_own_namespace_where_system_all_has_none() -> None:
    told = learned({}, "Control.ElectricityX", {"electricity": [{"channel": 1}, {"channel": 2}]})
    assert told == {"items": {"Appliance.Control.ElectricityX": {"1": {}, "2": {}}}}
    assert learned(told, "Control.ElectricityX", {"electricity": [{"channel": 2}]}) == {}
    assert learned({}, "Control.ToggleX", {"togglex": [{"channel": 9}]}) == {}


def test_effects_are_known_by_their_ids() -> None:
    told = learned({}, "Control.Light.Effect", {"effect": [{"Id": "00", "effectName": "Night", "enable": 0}]})
    assert told == {"items": {"Appliance.Control.Light.Effect": {"00": {"effectName": "Night"}}}}


def subdevices(native: Any, namespace: str, payload: Any) -> Any:
    return learned(HUB | native, namespace, payload).get("subdevices")


def test_the_type_of_a_sub_device_is_in_its_digest() -> None:
    listed = [{"id": "01008C11", "status": 1, "mts100v3": {"mode": 0}}, {"id": "12", "status": 2}, {"status": 1}, 5]
    assert subdevices({}, "System.All", {"all": {"digest": {"hub": {"hubId": 1, "subdevice": listed}}}}) == {
        "01008C11": "mts100v3",
        "12": "",
    }


def test_the_type_of_a_sub_device_is_kept_while_it_is_offline() -> None:
    native = {"subdevices": {"12": "ms130", "13": "ms100"}}
    digest = {"hub": {"subdevice": [{"id": "12", "status": 2}]}}
    assert subdevices(native, "System.All", {"all": {"digest": digest}}) == {"12": "ms130"}
    digests: list[Any] = [{}, {"hub": {"hubId": 1}}, {"hub": {"subdevice": []}}]
    for silent in digests:
        assert subdevices(native, "System.All", {"all": {"digest": silent}}) is None


@pytest.mark.parametrize(
    ("namespace", "payload", "kind"),
    [
        ("Hub.Bind", {"bind": [{"id": "12", "deviceType": "ms200"}]}, "ms200"),
        ("Hub.Bind", {"bind": {"id": "12", "deviceType": 5}}, ""),
        ("Hub.SubdeviceList", {"subdeviceList": {"subdevice": [{"id": "12", "status": 1}]}}, ""),
        ("Hub.Online", {"online": [{"id": "12", "status": 1}]}, ""),
        ("Hub.Sensor.TempHum", {"tempHum": [{"id": "12"}]}, "ms100"),
        ("Hub.Sensor.All", {"all": [{"id": "12", "doorWindow": {}}]}, "ms200"),
        ("Hub.Mts100.All", {"all": [{"id": "12"}]}, "mts100"),
        ("Control.Sensor.LatestX", {"latest": [{"channel": 0, "subId": "12"}]}, "ms130"),
    ],
)
def test_a_sub_device_is_learnt_from_whatever_speaks_of_it(namespace: str, payload: Any, kind: str) -> None:
    assert subdevices({}, namespace, payload) == {"12": kind}


def test_a_sub_device_that_was_removed_is_forgotten() -> None:
    assert subdevices({"subdevices": {"12": "ms100", "13": ""}}, "Hub.Unbind", {"bind": [{"id": "12"}]}) == {"13": ""}


@pytest.mark.parametrize(
    "payload", [{}, {"bind": 5}, {"bind": [5]}, {"bind": [{"id": ["x"]}]}, {"bind": [{"id": "x" * 65}]}]
)
def test_a_pairing_that_makes_no_sense_teaches_nothing(payload: Any) -> None:
    assert subdevices({"subdevices": {"12": ""}}, "Hub.Bind", payload) is None


def test_a_hub_has_so_many_sub_devices_and_no_more() -> None:
    many = [{"id": f"{number:08}"} for number in range(notes.MOST_SUBDEVICES + 5)]
    for namespace, payload in (("Hub.Bind", {"bind": many}), ("Hub.Online", {"online": many})):
        assert len(subdevices({}, namespace, payload)) == notes.MOST_SUBDEVICES


def test_what_an_older_house_noted_of_a_namespace_unknown_here_does_no_harm() -> None:
    native: dict[str, Any] = {"items": {"Appliance.Control.Teleport": {"0": {}}}}
    assert notes.channels(native) == [0]
    assert learned(native, "System.All", {"all": {"digest": {}}}) == {}
