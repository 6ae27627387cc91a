"""Sunrise and sunset by the equations of NOAA's solar calculator, good to a minute or two but near the poles."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import acos, cos, degrees, pi, radians, sin, tan
from typing import NamedTuple

_ZENITH = radians(90.833)
"""Of the sun's middle when its rim is at the horizon, refraction included."""


class Day(NamedTuple):
    """When the sun rises and sets, in seconds since the epoch."""

    rise: int
    set: int


def day(on: date, latitude: float, longitude: float) -> Day | None:
    """That of the solar day whose noon is on this date; None where the sun does not rise, or does not set."""
    turn = 2 * pi / 365 * (on.timetuple().tm_yday - 1)
    height, down = radians(latitude), _declination(turn)
    hour = cos(_ZENITH) / (cos(height) * cos(down)) - tan(height) * tan(down)
    if not -1 <= hour <= 1:
        return None
    begin = datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()
    noon, half = 720 - 4 * longitude - _equation(turn), 4 * degrees(acos(hour))
    return Day(round(begin + 60 * (noon - half)), round(begin + 60 * (noon + half)))


def _equation(turn: float) -> float:
    """Minutes that the sun is ahead of the clock."""
    return 229.18 * (
        0.000075
        + 0.001868 * cos(turn)
        - 0.032077 * sin(turn)
        - 0.014615 * cos(2 * turn)
        - 0.040849 * sin(2 * turn)
    )  # fmt: skip


def _declination(turn: float) -> float:
    return (
        0.006918
        - 0.399912 * cos(turn)
        + 0.070257 * sin(turn)
        - 0.006758 * cos(2 * turn)
        + 0.000907 * sin(2 * turn)
        - 0.002697 * cos(3 * turn)
        + 0.00148 * sin(3 * turn)
    )
