from __future__ import annotations

from homeward.families.base import Wake
from homeward.families.meross.namespaces import ALL, CONSUMPTION_X, DND, ELECTRICITY, NAMESPACES, TOGGLE_X
from homeward.families.meross.schedule import EVERY, Schedule
from homeward.settings import Meross


def test_readings_are_due_at_once_and_again_every_so_often() -> None:
    schedule = Schedule(Meross(poll_power=10.0, poll_energy=25.0))
    schedule.plan([ELECTRICITY, CONSUMPTION_X, DND], 100.0)
    assert schedule.take(100.0) == [ELECTRICITY, CONSUMPTION_X, DND]
    assert schedule.take(100.0) == []
    assert schedule.rest(101.0) == (Wake(9.0),)
    assert [schedule.take(at) for at in (110.0, 120.0, 125.0, 130.0)] == [
        [ELECTRICITY],
        [ELECTRICITY],
        [CONSUMPTION_X],
        [ELECTRICITY],
    ]


def test_nothing_is_due_where_nothing_is_planned() -> None:
    schedule = Schedule(Meross())
    schedule.plan([], 0.0)
    assert schedule.rest(0.0) == ()


def test_a_reading_that_is_late_is_due_now() -> None:
    schedule = Schedule(Meross())
    schedule.plan([ELECTRICITY], 0.0)
    assert schedule.rest(5.0) == (Wake(0.0),)


def test_what_was_set_is_asked_for_unless_there_is_no_question() -> None:
    schedule = Schedule(Meross(confirm=3.0))
    schedule.acknowledged("Appliance.System.Position", None, 1.0, 2.0)
    assert schedule.rest(2.0) == ()
    schedule.acknowledged(TOGGLE_X, ALL, 1.0, 2.0)
    assert schedule.rest(2.0) == (Wake(3.0),)
    assert schedule.take(5.0) == [ALL]
    assert schedule.rest(5.0) == ()


def test_what_was_told_since_the_set_needs_no_confirmation() -> None:
    schedule = Schedule(Meross())
    schedule.told(TOGGLE_X, ALL, 1.0)
    schedule.acknowledged(TOGGLE_X, ALL, 1.0, 2.0)
    assert schedule.rest(2.0) == ()
    schedule.acknowledged(TOGGLE_X, ALL, 1.5, 2.0)
    schedule.told(TOGGLE_X, ALL, 2.5)
    assert schedule.rest(2.5) == ()


def test_a_doubt_does_not_end_a_regular_reading() -> None:
    schedule = Schedule(Meross(poll_power=10.0))
    schedule.plan([ELECTRICITY], 0.0)
    schedule.take(0.0)
    schedule.doubt(ELECTRICITY, 3.0)
    schedule.told(ELECTRICITY, ELECTRICITY, 2.0)
    assert schedule.rest(2.0) == (Wake(8.0),)


def test_what_is_pushed_need_not_be_asked_for() -> None:
    schedule = Schedule(Meross())
    schedule.doubt("Appliance.RollerShutter.State", 5.0)
    schedule.told("Appliance.RollerShutter.State", None, 1.0)
    assert schedule.rest(1.0) == ()


def test_every_regular_reading_has_a_row_and_a_setting() -> None:
    for namespace, setting in EVERY.items():
        assert set(NAMESPACES[namespace].verbs) & {"G", "Q"}
        assert getattr(Meross(), setting) > 0


def test_a_device_is_not_asked_everything_at_once() -> None:
    schedule = Schedule(Meross(burst=2, poll_power=10.0))
    schedule.plan(["a", ELECTRICITY, "b", "c", "d"], 0.0)
    schedule.doubt("d", 0.0)
    taken = [(schedule.take(at), schedule.rest(at)) for at in (0.0, 1.0, 2.0, 3.0)]
    assert taken == [
        (["d", "a"], (Wake(1.0),)),
        ([ELECTRICITY, "b"], (Wake(1.0),)),
        (["c"], (Wake(9.0),)),
        ([], (Wake(8.0),)),
    ]
