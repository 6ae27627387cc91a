from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench


def light(made: Bench) -> Any:
    return made.get("Control.Light")["light"]


def test_capacity_says_what_holds_now() -> None:
    lamp = Bench("msl430")
    lamp.set("Control.Light", {"light": {"channel": 0, "capacity": 5, "rgb": 0x0000FF, "luminance": 40}})
    assert (light(lamp)["capacity"], light(lamp)["rgb"], light(lamp)["luminance"]) == (5, 255, 40)
    lamp.set("Control.Light", {"light": {"temperature": 10}})
    assert light(lamp)["capacity"] == 6
    lamp.set("Control.Light", {"light": {"luminance": 3}})
    assert (light(lamp)["capacity"], light(lamp)["luminance"]) == (6, 3)


def test_a_change_is_told_and_what_changes_nothing_is_not() -> None:
    bulb = Bench("msl120", onoff=1)
    bulb.take()
    bulb.set("Control.Light", {"light": {"luminance": 30}})
    (told,) = bulb.pushed("Control.Light")
    assert told["light"]["luminance"] == 30
    bulb.set("Control.Light", {"light": {"luminance": 30}})
    assert bulb.take() == []
    assert bulb.get("System.All")["all"]["digest"]["light"] == told["light"]


def test_what_is_out_of_bounds_is_held_within_them() -> None:
    bulb = Bench("msl120")
    bulb.set("Control.Light", {"light": {"luminance": 10**30, "rgb": -1}})
    assert (light(bulb)["luminance"], light(bulb)["rgb"]) == (100, 0)


@pytest.mark.parametrize(
    "wrong", [{}, {"light": 5}, {"light": {"rgb": "red"}}, {"light": {"channel": 1}}, {"light": {"luminance": True}}]
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench("msl120").refuses("SET", "Control.Light", wrong)


@pytest.mark.parametrize(("quirks", "on"), [((), 1), (("light-stays-off",), 0)])
def test_what_is_to_shine_in_some_way_is_turned_on_by_most(quirks: tuple[str, ...], on: int) -> None:
    bulb = Bench("msl120", quirks=quirks)
    bulb.set("Control.Light", {"light": {"luminance": 30}})
    assert bulb.device.state()["onoff"] == on


def test_some_firmware_answers_with_what_does_not_hold() -> None:
    bulb = Bench("msl120", quirks=["light-echo"])
    assert bulb.set("Control.Light", {"light": {"rgb": 255}})["light"]["temperature"] == -1
    assert bulb.set("Control.Light", {"light": {"temperature": 5}})["light"]["rgb"] == -1


def test_a_lamp_plays_one_effect_at_a_time() -> None:
    lamp = Bench("msl430")
    built_in = lamp.get("Control.Light.Effect")["effect"]
    assert [effect["enable"] for effect in built_in] == [0, 0]
    lamp.take()
    lamp.set("Control.Light.Effect", {"effect": [{**built_in[1], "enable": 1}]})
    assert [effect["enable"] for effect in lamp.get("Control.Light.Effect")["effect"]] == [0, 1]
    (told,) = lamp.pushed("Control.Light")
    assert (told["light"]["capacity"], told["light"]["effect"]) == (8, 1)
    mine = {"Id": "00000000000000ff", "effectName": "Mine", "enable": 1, "member": [{"rgb": 1, "luminance": 2}]}
    lamp.set("Control.Light.Effect", {"effect": [mine]})
    assert [effect["enable"] for effect in lamp.get("Control.Light.Effect")["effect"]] == [0, 0, 1]
    assert lamp.refuses("SET", "Control.Light.Effect", {"effect": [{"effectName": "nameless"}]})


def test_a_lamp_keeps_no_more_effects_than_it_can() -> None:
    lamp = Bench("msl430")
    for at in range(14):
        lamp.set("Control.Light.Effect", {"effect": [{"Id": f"{at}"}]})
    assert lamp.refuses("SET", "Control.Light.Effect", {"effect": [{"Id": "one too many"}]})


def test_a_hand_may_do_what_its_app_does() -> None:
    bulb = Bench("msl120", luminance=5)
    assert light(bulb)["luminance"] == 5
    bulb.hand("rgb", 255)
    assert light(bulb)["capacity"] == 5
