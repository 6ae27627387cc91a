"""The room around a thermostat: it cools towards the outside, and warms while it is heated."""

from __future__ import annotations

from math import exp, inf, log

_TAU = 10 * 3600.0
"""Seconds in which two thirds of a difference are gone."""
_GAIN = 30.0
"""K that heating keeps the room above the outside, given time."""
_WINDOW = 8
"""How many times faster it all goes with a window open."""
_FINE = 1e-9


class Room:
    """Temperatures are in °C, `at` in the world's seconds. What happens between two looks is computed, not stepped."""

    def __init__(self, temperature: float = 20.0, outside: float = 8.0) -> None:
        self.temperature = temperature
        self.outside = outside
        self.heated = False
        self.window = False
        self._at = 0.0

    def advance(self, now: float) -> None:
        """Time has passed."""
        if self._at:
            goal = self._goal()
            self.temperature = goal + (self.temperature - goal) * exp(-max(now - self._at, 0.0) / self._tau())
        self._at = now

    def reaches(self, temperature: float) -> float:
        """When it will be that warm, or cold, if nothing changes."""
        goal = self._goal()
        before, after = self.temperature - goal, temperature - goal
        if abs(before) < _FINE or after / before >= 1 or after / before <= 0:
            return inf
        return self._at - self._tau() * log(after / before)

    def _goal(self) -> float:
        return self.outside + (_GAIN if self.heated else 0.0)

    def _tau(self) -> float:
        return _TAU / _WINDOW if self.window else _TAU
