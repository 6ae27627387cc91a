from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from homeward.families.meross.timezones import rules

NOW = 1_616_000_000.0  # March 2021


def test_summer_time_is_marked_with_one() -> None:
    found = rules(ZoneInfo("Europe/Rome"), NOW)
    assert found[0] == [1_603_587_600, 3600, 0]
    assert found[1] == [1_616_893_200, 7200, 1]  # as seen from a device: 28 March 2021
    assert len(found) == 20
    assert [rule[2] for rule in found] == [0, 1] * 10


def test_the_other_half_of_the_world_has_summer_when_it_is_winter() -> None:
    assert rules(ZoneInfo("Australia/Sydney"), NOW, count=2) == [
        [1_601_740_800, 39_600, 1],
        [1_617_465_600, 36_000, 0],
    ]


@pytest.mark.parametrize(("name", "offset"), [("UTC", 0), ("Asia/Kolkata", 19_800)])
def test_a_zone_without_summer_time_has_one_rule(name: str, offset: int) -> None:
    assert rules(ZoneInfo(name), NOW) == [[0, offset, 0]]
