"""The week of a thermostat: for each day, stretches of so many minutes, and what holds in them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeward.families.meross.emulator.organ import Refused
from homeward.families.meross.wire import Params

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES = 1440
_SECTIONS = 12
_DEFAULT = ((390, 175), (90, 210), (300, 190), (270, 190), (300, 210), (90, 175))


def usual(sections: int) -> Params:
    """Warm in the morning and the evening."""
    stretches = [list(one) for one in _DEFAULT] + [[0, _DEFAULT[-1][1]]] * (sections - len(_DEFAULT))
    return {day: [list(one) for one in stretches] for day in DAYS}


def checked(item: Params) -> Params:
    """The days that an item speaks of; refused when one is not made of stretches that fill it."""
    days = {day: item[day] for day in DAYS if day in item}
    if not all(_is_day(value) for value in days.values()):
        raise Refused
    return days


def holds(schedule: Params, moment: float, zone: ZoneInfo) -> tuple[int, float]:
    """What holds at that time, and when the next stretch begins, in seconds since the epoch."""
    here = datetime.fromtimestamp(moment, zone)
    minute, end, holding = here.hour * 60 + here.minute, 0, 0
    for length, value in schedule[DAYS[here.weekday()]]:
        end, holding = end + length, value
        if minute < end:
            break
    day = here.date() + timedelta(days=end // _MINUTES)
    hour, rest = divmod(end % _MINUTES, 60)
    begins = datetime.combine(day, time(hour, rest), zone).timestamp()
    return holding, begins if begins > moment else moment + 3600


def _is_day(value: Any) -> bool:
    if type(value) is not list or not 0 < len(value) <= _SECTIONS:
        return False
    pairs = all(type(one) is list and len(one) == 2 and {type(part) for part in one} == {int} for one in value)
    return pairs and all(one[0] >= 0 for one in value) and sum(one[0] for one in value) == _MINUTES
