"""Every model, in every generation, at its cloud: each is the other's judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from homeward.families.meross.emulator import Device
from homeward.families.meross.emulator.models import MODELS
from homeward.families.meross.emulator.quirks import QUIRKS
from homeward.model import Entity, Platform, Value
from homeward.testing.home import seeded
from homeward.testing.virtual_home import Line
from tests.families.meross import goldens
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, USER

MANUAL = (Path(__file__).parents[4] / "docs" / "families" / "meross.md").read_text("utf-8")
EVERY = [(model, generation) for model, made in MODELS.items() for generation in made.labels]
REAL = [
    ("mss310", "1", "mss310-1"),
    ("mss310", "6", "mss310-6"),
    ("mss110", "7", "mss110-7"),
    ("mss305", "8", "mss305"),
    ("mss425e", "2", "mss425e"),
    ("msl120", "4", "msl120d"),
    ("msl430", "7", "msl450"),
    ("msh300", "4", "msh300"),
    ("msg100", "3", "msg100"),
    ("mod100", "3", "mod100"),
    ("mts200", "7", "mts200b"),
]
"""Which golden file is of which of them."""


def settled(house: House, model: str, generation: str, **options: Any) -> Line:
    """One that has booted and was adopted."""
    given: dict[str, Any] = {"key": KEY, "user_id": USER, "host": "home", "randomness": seeded()}
    line = house.plug_in(Device(model, generation=generation, **(given | options)))
    house.clock.advance(10)
    house.adopt(line.emulator.native_id)
    house.clock.advance(120)
    return line


@pytest.mark.parametrize(("model", "generation"), EVERY)
def test_it_lives_at_its_cloud_and_all_it_shows_has_a_value(model: str, generation: str) -> None:
    house = House()
    line = settled(house, model, generation)
    uuid = line.emulator.native_id
    assert house.refusals == []
    assert house.notes == line.notes == []
    assert house.home.known[uuid].description.firmware == MODELS[model].labels[generation].firmware
    entities = {entity.key for entity in house.family.entities(house.home.known[uuid])}
    assert entities
    assert entities - house.values[uuid].keys() <= {"light_rgb_color"}  # a lamp that shines white has none


@pytest.mark.parametrize(("model", "generation"), EVERY)
def test_a_day_passes_without_anything_odd(model: str, generation: str) -> None:
    house = House()
    line = settled(house, model, generation, timezone="Europe/Rome")
    house.clock.advance(86_400)
    assert house.home.is_online(line.emulator.native_id)
    assert house.notes == line.notes == []


@pytest.mark.parametrize(("model", "generation"), EVERY)
def test_what_the_house_sets_becomes_so(model: str, generation: str) -> None:
    house = House()
    line = settled(house, model, generation)
    uuid = line.emulator.native_id
    device = house.home.known[uuid]
    for entity in house.family.entities(device):
        for value in _values(entity):
            call = house.family.command(device, entity.key, value)
            answer = house.ask(uuid, call.method, call.params, seconds=40)
            assert answer, (entity.key, value)
            assert answer.error is None, (entity.key, value)
            assert house.values[uuid][entity.key] == value, (entity.key, call)
    assert house.notes == line.notes == []


def _values(entity: Entity) -> list[Value]:
    """What it can be set to: all there is, or the least and the most; not what it cannot stay at."""
    if not entity.writable:
        return []
    if entity.minimum is not None:
        return [entity.minimum, entity.maximum]
    return [True, False] if entity.platform in _ON_OFF else [one for one in entity.options if one != "stop"]


_ON_OFF = (Platform.SWITCH, Platform.LIGHT)


@pytest.mark.parametrize(("model", "generation", "golden"), REAL)
def test_it_lists_and_tells_what_a_real_one_does(model: str, generation: str, golden: str) -> None:
    path = next(path for path in goldens.FILES if path.stem == golden)
    real = json.loads(path.read_text("utf-8"))
    made = Device(model, generation=generation, key=KEY, host="home", randomness=seeded())
    made.start(1_700_000_000.0)
    assert made.abilities == real["ability"]
    told = made.answer("GET", "Appliance.System.All", {}, 1_700_000_000.0)[1].payload["all"]
    for place in ("digest", "control"):
        assert told.get(place, {}).keys() == real["all"].get(place, {}).keys()
    for part in ("hardware", "firmware", "time", "online"):
        assert real["all"]["system"].get(part, {}).keys() <= told["system"][part].keys()


def test_no_two_of_them_are_the_same_device() -> None:
    made = [Device(model, index).native_id for model in MODELS for index in range(3)]
    assert len(set(made)) == len(made)


def test_the_manual_has_every_model_its_generations_and_what_a_hand_can_set() -> None:
    for model, made in MODELS.items():
        row = next(line for line in MANUAL.splitlines() if line.startswith(f"| {model} | {made.about} |"))
        assert all(f"{at}: hw {label.hardware}, fw {label.firmware}" in row for at, label in made.labels.items())
        assert all(f"`{key}`" in row for key in Device(model).state() if key != "signal")


@pytest.mark.parametrize("quirk", QUIRKS)
def test_the_manual_has_every_quirk(quirk: str) -> None:
    assert f"| `{quirk}` | {QUIRKS[quirk]} |" in MANUAL
