from __future__ import annotations

from typing import Any

import pytest

from .bench import HOUR, NOW, Bench


def test_what_it_is_told_it_does_and_tells() -> None:
    made = Bench("mod100")
    made.take()
    made.set("Control.Diffuser.Spray", {"type": "mod100", "spray": [{"channel": 0, "mode": 1}]})
    spray = {"type": "mod100", "spray": [{"channel": 0, "mode": 1, "lmTime": NOW}]}
    assert made.pushed("Control.Diffuser.Spray") == [spray] == [made.get("Control.Diffuser.Spray")]
    made.set("Control.Diffuser.Light", {"type": "mod100", "light": [{"channel": 0, "onoff": 1, "rgb": 255, "mode": 1}]})
    (light,) = made.get("Control.Diffuser.Light")["light"]
    assert (light["onoff"], light["rgb"]) == (1, 255)
    assert made.get("System.All")["all"]["digest"]["diffuser"] == {**spray, "light": [light]}


def test_the_air_becomes_moist_and_dries_again() -> None:
    made = Bench("mod100", humidity=40, temperature=21.5)
    made.hand("spray", 1)
    made.advance(6 * HOUR)
    air = made.get("Control.Diffuser.Sensor")
    assert (air["humidity"]["value"], air["temperature"]["value"]) == (pytest.approx(600, abs=1), 215)
    made.hand("spray", 2)
    made.advance(6 * HOUR)
    assert made.get("Control.Diffuser.Sensor")["humidity"]["value"] == pytest.approx(400, abs=1)
    assert len(made.pushed("Control.Diffuser.Sensor")) == 144


@pytest.mark.parametrize("wrong", [{}, {"spray": [{"mode": "1"}]}, {"spray": [{"channel": 1, "mode": 1}]}])
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench("mod100").refuses("SET", "Control.Diffuser.Spray", wrong)
