from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from homeward.families.meross.emulator import sun

MINUTE = 60


@pytest.mark.parametrize(
    ("on", "latitude", "longitude", "rise", "fall"),
    [  # as almanacs have it
        (date(2024, 6, 20), 51.4769, 0.0, "2024-06-20 03:43", "2024-06-20 20:21"),
        (date(2024, 12, 21), 51.4769, 0.0, "2024-12-21 08:03", "2024-12-21 15:53"),
        (date(2024, 3, 20), 41.9028, 12.4964, "2024-03-20 05:13", "2024-03-20 17:22"),
        (date(2024, 12, 21), -33.8688, 151.2093, "2024-12-20 18:41", "2024-12-21 09:05"),
        (date(2024, 6, 20), 40.7128, -74.006, "2024-06-20 09:25", "2024-06-21 00:31"),
    ],
)
def test_the_sun_rises_and_sets_when_almanacs_say(
    on: date, latitude: float, longitude: float, rise: str, fall: str
) -> None:
    found = sun.day(on, latitude, longitude)
    assert found
    for at, text in zip(found, (rise, fall), strict=True):
        assert at == pytest.approx(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp(), abs=3 * MINUTE)


@pytest.mark.parametrize("on", [date(2024, 6, 20), date(2024, 12, 21)])
def test_near_the_pole_it_does_neither(on: date) -> None:
    assert sun.day(on, 78.2, 15.6) is None
