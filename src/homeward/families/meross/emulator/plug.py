"""The metal part of a metering plug: a relay, what is plugged in, and a meter that starts anew every local midnight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from homeward.families.meross.wire import Params

_DAYS = 30
"""How many days the meter remembers."""


class Plug:
    """`load` is what is plugged in, in W, `voltage` that of the mains, in V, `signal` its Wi-Fi's, in %."""

    def __init__(self, randomness: Callable[[int], bytes], load: float) -> None:
        self.on = False
        self.switched = 0
        self.load = load
        self.voltage = 230.0
        self.signal = 88.0
        self.zone = ZoneInfo("UTC")
        self._randomness = randomness
        self._at = 0.0
        self._days: dict[str, tuple[float, int]] = {}

    def power(self) -> float:
        """W that flow now."""
        return self.load if self.on else 0.0

    def switch(self, on: bool, now: float, clock: int) -> bool:
        """Turn the relay; says whether it moved. `clock` is the time as the device knows it."""
        self.advance(now)
        if moved := on != self.on:
            self.on, self.switched = on, clock
        return moved

    def advance(self, now: float) -> None:
        """Count what has flowed since the last time, each day's on its own."""
        at = self._at or now
        while at < now:
            here = datetime.fromtimestamp(at, self.zone)
            midnight = datetime.combine(here.date() + timedelta(days=1), time(), self.zone).timestamp()
            until = min(now, midnight)
            self._count(here.date().isoformat(), self.power() * (until - at) / 3600, int(until))
            at = until
        self._at = now

    def electricity(self) -> Params:
        """A reading, in mW, dV and mA, which wavers by up to 1 %."""
        power, voltage = self._waver(self.power()), self._waver(self.voltage)
        return {
            "channel": 0,
            "current": round(power / voltage * 1000) if voltage else 0,
            "voltage": round(voltage * 10),
            "power": round(power * 1000),
        }

    def consumption(self) -> list[Params]:
        """Wh of each day, in the order of the meter's ring and not of time."""
        days = [
            {"date": date, "time": last, "value": round(energy)} for date, (energy, last) in sorted(self._days.items())
        ]
        return sorted(days, key=lambda day: datetime.fromisoformat(str(day["date"])).toordinal() % _DAYS)

    def _count(self, date: str, energy: float, last: int) -> None:
        self._days[date] = (self._days.get(date, (0.0, 0))[0] + energy, last)
        while len(self._days) > _DAYS:
            del self._days[min(self._days)]

    def _waver(self, value: float) -> float:
        return value * (1 + (self._randomness(1)[0] - 127.5) / 12_750)
