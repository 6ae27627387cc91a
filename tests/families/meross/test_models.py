"""Every model that can be emulated, at a house on the virtual clock: all it shows, and all it can be told."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross.emulator import Device
from homeward.families.meross.emulator.models import MODELS
from homeward.model import Entity, Platform, Value
from homeward.testing.home import seeded
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, USER

EVERYTHING = [(model, generation) for model, row in MODELS.items() for generation in row.labels]
each_model = pytest.mark.parametrize(("model", "generation"), EVERYTHING)


def house(model: str, generation: str = "", **options: Any) -> tuple[House, str]:
    """One device, adopted, with the time to tell everything."""
    home = House()
    given: dict[str, Any] = {"generation": generation} if generation else {}
    device = Device(model, 1, key=KEY, user_id=USER, host="home", randomness=seeded(1), **given, **options)
    line = home.plug_in(device)
    home.clock.advance(30)
    home.adopt(line.emulator.native_id)
    home.clock.advance(30)
    return home, line.emulator.native_id


def told(home: House, uuid: str, key: str, value: Value, seconds: float = 90.0) -> Value:
    """How an entity stands so long after it was set."""
    home.call(uuid, home.family.command(home.home.known[uuid], key, value))
    home.clock.advance(seconds)
    return home.values[uuid].get(key)


@each_model
def test_a_model_tells_all_it_shows_and_shows_all_it_tells(model: str, generation: str) -> None:
    home, uuid = house(model, generation)
    shown = {entity.key for entity in home.family.entities(home.home.known[uuid])}
    sleeping = {"light_rgb_color"} if model in ("msl120", "msl430") else set()
    assert home.values[uuid].keys() == shown - sleeping
    assert home.notes == []


def wishes(entity: Entity, value: Value) -> list[Value]:
    """What it may be set to, and is not."""
    low, high = entity.minimum or 0.0, entity.maximum or 0.0
    match entity.platform:
        case Platform.TEXT:
            return ["#102030"]
        case Platform.CLIMATE | Platform.COVER | Platform.SELECT:
            return [option for option in entity.options if option not in (value, "stop")]
        case Platform.NUMBER:
            return [float((low + high) // 2), float((low + high) // 2 + 1)]
        case Platform.BUTTON:
            return []
        case _:
            return [not value]


@each_model
def test_whatever_can_be_set_becomes_so(model: str, generation: str) -> None:
    home, uuid = house(model, generation)
    ends_only = (model, generation) == ("mrs100", "2")
    for entity in home.family.entities(home.home.known[uuid]):
        if entity.writable and not (ends_only and entity.key == "cover_position"):
            for wish in wishes(entity, home.values[uuid].get(entity.key)):
                step = 20 if entity.unit == "K" else 0
                found = told(home, uuid, entity.key, wish)
                assert found == (pytest.approx(wish, abs=step) if step else wish), entity.key
    assert home.notes == []
    assert not any(answer.error for answer in home.answers.values())


def test_an_outlet_of_a_strip_is_switched_alone_and_all_of_them_together() -> None:
    home, uuid = house("mss425e")
    assert told(home, uuid, "switch_2", True, 5) is True
    assert home.values[uuid]["switch_1"] is False
    told(home, uuid, "switch", True, 5)
    assert [home.values[uuid][f"switch_{channel}"] for channel in (1, 2, 3, 4)] == [True] * 4


def test_a_garage_door_says_that_it_opens_once_it_has() -> None:
    home, uuid = house("msg100")
    assert told(home, uuid, "cover", "open", 5) == "closed"
    home.clock.advance(60)
    assert home.values[uuid]["cover"] == "open"


def test_a_shutter_on_its_way_is_stopped() -> None:
    home, uuid = house("mrs100", "7")
    closed = told(home, uuid, "cover", "closed", 120)
    assert closed == "closed"
    assert told(home, uuid, "cover", "open", 10) == "opening"
    assert told(home, uuid, "cover", "stop", 10) == "open"
    assert 0 < home.values[uuid]["cover_position"] < 100  # type: ignore[operator]


def test_a_sub_device_is_told_by_way_of_its_hub() -> None:
    home, uuid = house("msh300")
    valve = next(key for key in home.values[uuid] if key.endswith("_climate"))
    assert told(home, uuid, f"{valve}_preset_mode", "comfort", 10) == "comfort"
    assert (
        home.values[uuid][f"{valve}_temperature"]
        == home.values[uuid][valve.removesuffix("climate") + "comfort_temperature"]
    )


def test_what_a_device_does_not_do_is_refused_in_words() -> None:
    home, uuid = house("mss310")
    answer = home.ask(uuid, "GET Appliance.RollerShutter.State")
    assert answer
    assert "it does not support that (5000)" in str(answer.error)
