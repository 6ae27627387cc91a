from __future__ import annotations

from homeward.families.base import Wake
from homeward.families.meross.schedule import Schedule
from homeward.families.meross.traits import ALL, CONSUMPTION_X, DND, ELECTRICITY, TOGGLE_X
from homeward.settings import Meross


def test_readings_are_due_at_once_and_again_every_so_often() -> None:
    schedule = Schedule(Meross(poll_power=10.0, poll_energy=25.0))
    schedule.plan([ELECTRICITY, CONSUMPTION_X, DND, TOGGLE_X], 100.0)
    assert schedule.take(100.0) == [ELECTRICITY, CONSUMPTION_X, DND]
    assert schedule.take(100.0) == []
    assert schedule.rest(101.0) == (Wake(9.0),)
    assert [schedule.take(at) for at in (110.0, 120.0, 125.0, 130.0)] == [
        [ELECTRICITY],
        [ELECTRICITY],
        [CONSUMPTION_X],
        [ELECTRICITY],
    ]


def test_nothing_is_due_without_abilities() -> None:
    schedule = Schedule(Meross())
    schedule.plan([TOGGLE_X], 0.0)
    assert schedule.rest(0.0) == ()


def test_a_reading_that_is_late_is_due_now() -> None:
    schedule = Schedule(Meross())
    schedule.plan([ELECTRICITY], 0.0)
    assert schedule.rest(5.0) == (Wake(0.0),)


def test_only_what_a_get_can_confirm_is_confirmed() -> None:
    schedule = Schedule(Meross(confirm=3.0))
    schedule.acknowledged("Appliance.System.Position", 1.0, 2.0)
    assert schedule.rest(2.0) == ()
    schedule.acknowledged(TOGGLE_X, 1.0, 2.0)
    assert schedule.rest(2.0) == (Wake(3.0),)
    assert schedule.take(5.0) == [ALL]
    assert schedule.rest(5.0) == ()


def test_what_was_told_since_the_set_needs_no_confirmation() -> None:
    schedule = Schedule(Meross())
    schedule.told(TOGGLE_X, 1.0)
    schedule.acknowledged(TOGGLE_X, 1.0, 2.0)
    assert schedule.rest(2.0) == ()
    schedule.acknowledged(TOGGLE_X, 1.5, 2.0)
    schedule.told(TOGGLE_X, 2.5)
    assert schedule.rest(2.5) == ()
