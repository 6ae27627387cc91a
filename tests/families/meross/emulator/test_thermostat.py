from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross.emulator.thermostat import AUTO, ECO, HEAT, MANUAL

from .bench import DAY, HOUR, MINUTE, Bench


def wall(**options: Any) -> Bench:
    return Bench("mts200", timezone="Europe/Rome", **options)  # at 23:13


def mode(made: Bench) -> Any:
    return made.get("Control.Thermostat.Mode")["mode"][0]


def change(made: Bench, **fields: Any) -> Any:
    return made.set("Control.Thermostat.Mode", {"mode": [{"channel": 0, **fields}]})["mode"][0]


def test_a_set_is_answered_with_all_of_the_mode() -> None:
    made = wall()
    answer = change(made, mode=HEAT)
    assert answer.keys() == mode(made).keys()
    assert (answer["mode"], answer["targetTemp"]) == (HEAT, answer["heatTemp"])


def test_it_heats_to_the_target_and_keeps_it() -> None:
    made = wall(room=17, outside=5)
    change(made, mode=MANUAL, manualTemp=200)
    assert mode(made)["state"] == 1
    made.advance(DAY)
    made.take()
    seen = []
    for _ in range(24 * 6):
        made.advance(10 * MINUTE)
        seen.append(mode(made)["currentTemp"])
    assert 194 <= min(seen) <= max(seen) <= 201
    told = [payload["mode"][0] for payload in made.pushed("Control.Thermostat.Mode")]
    assert {one["state"] for one in told} == {0, 1}
    assert len(told) < 100


def test_each_mode_has_its_own_target() -> None:
    made = wall()
    change(made, heatTemp=250, ecoTemp=100)
    assert change(made, mode=HEAT)["targetTemp"] == 250
    assert change(made, mode=ECO)["targetTemp"] == 100
    assert change(made, targetTemp=111)["ecoTemp"] == 111
    assert change(made, targetTemp=999)["ecoTemp"] == 350
    assert change(made, onoff=0)["state"] == 0


def test_the_schedule_is_followed_in_its_own_time() -> None:
    made = wall()
    change(made, mode=AUTO)
    assert mode(made)["targetTemp"] == 175
    made.advance(7.5 * HOUR)  # 06:43
    assert mode(made)["targetTemp"] == 210
    day = [[720, 150], [720, 160], [0, 160], [0, 160], [0, 160], [0, 160], [0, 160], [0, 160]]
    made.set("Control.Thermostat.Schedule", {"schedule": [{"channel": 0, "wed": day}]})
    assert mode(made)["targetTemp"] == 150
    made.advance(6 * HOUR)
    assert mode(made)["targetTemp"] == 160


@pytest.mark.parametrize(
    ("hold", "after", "back"),
    [({"mode": 0}, 2 * DAY, False), ({"mode": 1}, 7.5 * HOUR, True), ({"mode": 2, "time": 30}, 31 * MINUTE, True)],
)
def test_leaving_the_schedule_is_for_ever_until_its_next_stretch_or_for_a_time(
    hold: dict[str, int], after: float, back: bool
) -> None:
    made = wall()
    made.set("Control.Thermostat.HoldAction", {"holdAction": [{"channel": 0, **hold}]})
    change(made, mode=AUTO)
    assert change(made, mode=MANUAL, manualTemp=230)["targetTemp"] == 230
    made.advance(after - 2 * MINUTE if back else after)
    assert mode(made)["mode"] == MANUAL or hold["mode"] == 1
    made.advance(2 * MINUTE)
    assert (mode(made)["mode"] == AUTO) is back


def test_it_does_not_heat_with_a_window_open() -> None:
    made = wall(room=15)
    change(made, mode=HEAT)
    assert mode(made)["state"] == 1
    made.take()
    made.hand("window", 1)
    names = [name for name, _ in made.take()]
    assert names == ["Control.Thermostat.WindowOpened", "Control.Thermostat.Mode"]
    assert mode(made)["state"] == 0
    made.set("Control.Thermostat.WindowOpened", {"windowOpened": [{"channel": 0, "detect": 0}]})
    assert mode(made)["state"] == 1


def test_its_digest_has_mode_and_window() -> None:
    digest = wall().get("System.All")["all"]["digest"]["thermostat"]
    assert digest.keys() == {"mode", "windowOpened"}


def test_what_bounds_it_is_kept_and_held_within_its_own_bounds() -> None:
    made = wall()
    answer = made.set("Control.Thermostat.DeadZone", {"deadZone": [{"channel": 0, "value": 99}]})
    assert answer["deadZone"][0]["value"] == 35


@pytest.mark.parametrize(
    "wrong",
    [{}, {"mode": [{"mode": 9}]}, {"mode": [{"onoff": 2}]}, {"mode": [{"channel": 1}]}, {"mode": [{"mode": "heat"}]}],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert wall().refuses("SET", "Control.Thermostat.Mode", wrong)
