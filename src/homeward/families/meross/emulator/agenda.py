"""When a timer is due: minutes of the local day, week bits, and the sun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from homeward.families.meross.emulator import sun

_ALL_WEEK, _WEEK = 0x7F, 7
_LOOK_AHEAD = 370
"""Days: beyond a polar night."""


class Rule(NamedTuple):
    """`week` has a bit for each day, the first for Sunday, or for Monday where `monday`; no bit at all is every day.

    With `event`, `minute` counts from sunrise or sunset and not from midnight.
    """

    minute: int
    week: int = _ALL_WEEK
    event: str = ""
    """`rise` or `set`; empty: the clock decides."""
    monday: bool = False

    def holds(self, day: date) -> bool:
        """Whether it is one of its days."""
        bit = day.weekday() if self.monday else day.isoweekday() % _WEEK
        return not self.week & _ALL_WEEK or bool(self.week >> bit & 1)

    def after(self, moment: int, zone: ZoneInfo, place: tuple[float, float]) -> int | None:
        """The first time after `moment` (seconds since the epoch); None when there is none within a year.

        A time that summer time skips comes as much later; one that comes twice is meant the first time.
        """
        today = datetime.fromtimestamp(moment, zone).date()
        for ahead in range(-1, _LOOK_AHEAD if self.event else _WEEK + 1):
            day = today + timedelta(days=ahead)
            at = self._on(day, zone, place) if self.holds(day) else None
            if at is not None and at > moment:
                return at
        return None

    def _on(self, day: date, zone: ZoneInfo, place: tuple[float, float]) -> int | None:
        if not self.event:
            hour, minute = divmod(self.minute, 60)
            return int(datetime.combine(day, time(hour, minute), zone).timestamp())
        if not (light := sun.day(day, *place)):
            return None
        return (light.rise if self.event == "rise" else light.set) // 60 * 60 + self.minute * 60
