from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeward.families.meross.emulator import week
from homeward.families.meross.emulator.organ import Refused

ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).timestamp()


@pytest.mark.parametrize(
    ("moment", "value", "begins"),
    [
        ("2023-11-14 00:00", 175, "2023-11-14 06:30"),
        ("2023-11-14 06:30", 210, "2023-11-14 08:00"),
        ("2023-11-14 23:00", 175, "2023-11-15 00:00"),
    ],
)
def test_a_stretch_holds_until_the_next_begins(moment: str, value: int, begins: str) -> None:
    assert week.holds(week.usual(8), at(moment), ROME) == (value, at(begins))


def test_a_day_is_made_of_stretches_that_fill_it() -> None:
    day = [[720, 180], [720, 210]]
    assert week.checked({"mon": day, "id": "x"}) == {"mon": day}


@pytest.mark.parametrize(
    "day", [[], [[1440, 1], [1, 1]], [[1440, "1"]], [[1440]], 5, [[-1, 1], [1441, 1]], [[1, 1]] * 13]
)
def test_one_that_is_not_is_refused(day: Any) -> None:
    with pytest.raises(Refused):
        week.checked({"sun": day})
