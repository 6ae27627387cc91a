from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from homeward.families.meross.namespaces import NAMESPACES, Shape, namespace
from tests.families.meross.pages import PAGES

REQUESTS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "System.All": ((), {}),
    "Control.ConsumptionX": ((), {}),
    "Control.Unbind": ((), {}),
    "Control.Electricity": ((), {"electricity": {"channel": 0}}),
    "Control.ToggleX": ((65535,), {"togglex": {"channel": 65535}}),
    "Control.ElectricityX": ((1, 2), {"electricity": [{"channel": 1}, {"channel": 2}]}),
    "Control.Thermostat.Mode": ((), {"mode": [{"channel": 0}]}),
    "GarageDoor.State": ((), {"state": {}}),
    "RollerShutter.Position": ((), {"position": []}),
    "Hub.Mts100.ScheduleB": ((), {"schedule": []}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_row_says_how_to_ask(name: str) -> None:
    items, payload = REQUESTS[name]
    assert NAMESPACES[f"Appliance.{name}"].request(*items) == payload


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("Control.ToggleX", {"togglex": {"channel": 1, "onoff": 1}}),
        ("Control.Diffuser.Spray", {"spray": [{"channel": 1, "onoff": 1}]}),
        ("Hub.PairSubDev", {"channel": 1, "onoff": 1}),
    ],
)
def test_a_row_says_how_to_set(name: str, payload: Any) -> None:
    assert NAMESPACES[f"Appliance.{name}"].command({"channel": 1, "onoff": 1}) == payload


@pytest.mark.parametrize(
    ("name", "key", "shape"),
    [
        ("Control.Thermostat.NewZone", "newZone", Shape(True, "channel", "each")),
        ("Control.TeleportX", "teleportx", Shape()),
        ("Config.Teleport", "config", Shape()),
        ("Teleport.Config", "config", Shape()),
        ("Hub.Teleport", "teleport", Shape(True, "id", "[]")),
        ("RollerShutter.Teleport", "teleport", Shape(True, "channel", "[]")),
        ("Control.Sensor.Teleport", "teleport", Shape(True, "channel", "each")),
    ],
)
def test_an_unknown_namespace_is_like_the_known_ones(name: str, key: str, shape: Shape) -> None:
    assert f"Appliance.{name}" not in NAMESPACES
    guess = namespace(f"Appliance.{name}")
    assert (guess.name, guess.key, guess.shape) == (f"Appliance.{name}", key, shape)


@pytest.mark.parametrize("name", ["", "Appliance.", "Teleport", "...", "Appliance.Control."])
def test_whatever_a_device_calls_a_namespace_there_is_a_guess(name: str) -> None:
    assert namespace(name).name == name


def test_every_row_is_sound() -> None:
    for name, row in NAMESPACES.items():
        assert row.name == name
        assert re.fullmatch("[GSPQDB]+", row.verbs)
        assert row.digest == "" or row.digest.split(".")[0] in {"system", "digest", "control"}
        assert bool(row.shape.keyed_by) or row.shape.ask in {"", "[]"}
        assert row.key or not row.inside
        assert all(quantity.parts > 0 and quantity.unit for quantity in row.units.values())


def test_a_place_in_the_digest_belongs_to_one_namespace() -> None:
    places = [row.digest for row in NAMESPACES.values() if row.digest]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_page_is_what_the_table_says(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path](), "stale: run python -m tests.families.meross.pages"
