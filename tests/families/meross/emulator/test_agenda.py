from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.emulator.agenda import Rule

ROME, UTC = ZoneInfo("Europe/Rome"), ZoneInfo("UTC")
NOWHERE = (0.0, 0.0)
TUESDAY = int(datetime(2023, 11, 14, 12, tzinfo=UTC).timestamp())


def after(rule: Rule, moment: int = TUESDAY, zone: ZoneInfo = UTC) -> str:
    found = rule.after(moment, zone, NOWHERE)
    assert found
    return datetime.fromtimestamp(found, zone).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("week", "monday", "due"),
    [
        (0b0000001, False, "Sun 19 13:00"),
        (0b0000001, True, "Mon 20 13:00"),
        (0b0000100, False, "Tue 14 13:00"),
        (0b1000000, False, "Sat 18 13:00"),
        (0b1000000, True, "Sun 19 13:00"),
        (0b10000010, False, "Mon 20 13:00"),
        (0b10000000, False, "Tue 14 13:00"),
        (0, False, "Tue 14 13:00"),
    ],
)
def test_a_bit_stands_for_a_day(week: int, monday: bool, due: str) -> None:
    assert after(Rule(13 * 60, week, monday=monday)) == due


def test_a_time_that_is_over_is_tomorrows() -> None:
    assert after(Rule(12 * 60)) == "Wed 15 12:00"


def test_it_is_the_devices_own_time_of_day_through_the_year() -> None:
    rule = Rule(7 * 60)
    for month, utc in ((1, 6), (7, 5)):
        moment = int(datetime(2024, month, 10, tzinfo=UTC).timestamp())
        found = rule.after(moment, ROME, NOWHERE)
        assert found
        assert datetime.fromtimestamp(found, UTC).hour == utc


def test_a_time_that_summer_time_skips_comes_an_hour_later() -> None:
    before = int(datetime(2024, 3, 31, tzinfo=ROME).timestamp())
    assert after(Rule(2 * 60 + 30), before, ROME) == "Sun 31 03:30"


def test_a_time_that_comes_twice_is_the_first() -> None:
    before = int(datetime(2024, 10, 27, tzinfo=ROME).timestamp())
    first = Rule(2 * 60 + 30).after(before, ROME, NOWHERE)
    assert first == before + 2.5 * 3600
    assert first
    assert after(Rule(2 * 60 + 30), first, ROME) == "Mon 28 02:30"


def test_the_sun_is_waited_for_through_the_polar_night() -> None:
    rise = Rule(0, event="rise")
    december = int(datetime(2023, 12, 1, tzinfo=UTC).timestamp())
    found = rise.after(december, UTC, (78.2, 15.6))
    assert found
    assert datetime.fromtimestamp(found, UTC).month == 2


@given(st.integers(0, 1439), st.integers(0, 255), st.integers(1_600_000_000, 1_900_000_000), st.booleans())
def test_it_is_always_within_the_next_eight_days_and_on_one_of_them(
    minute: int, week: int, moment: int, monday: bool
) -> None:
    rule = Rule(minute, week, monday=monday)
    found = rule.after(moment, ROME, NOWHERE)
    assert found
    assert moment < found <= moment + 8 * 86_400
    assert rule.holds(datetime.fromtimestamp(found, ROME).date())
