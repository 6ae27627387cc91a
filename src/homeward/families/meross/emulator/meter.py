"""The meter of a plug: what is plugged in, and what it used, by hours and by days as they are at the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import ClassVar

from homeward.families.meross.emulator.organ import Body, Organ, Outcome, Rows, Tell, Tells
from homeward.families.meross.wire import Params

RATIOS = {"voltageRatio": 188, "electricityRatio": 100}
"""How the meter was calibrated."""

_DAYS, _HOURS = 30, 24
"""How far back it remembers."""
_HOUR = 3600
_STALE = 600
"""Seconds after midnight for which some firmware still tells of yesterday."""


class Meter(Organ):
    """`load` is what is plugged in (W), `voltage` that of the mains (V); `flows` says whether the relay is on."""

    bounds: Mapping[str, tuple[float, float]] = {"load": (0.0, 3_680.0), "voltage": (90.0, 260.0)}

    def __init__(self, body: Body, flows: Callable[[], bool]) -> None:
        super().__init__(body)
        self.load = 40.0
        self.voltage = 230.0
        self._flows = flows
        self._at = 0.0
        self._days: dict[str, tuple[float, int]] = {}
        self._hours: dict[int, float] = {}

    def power(self) -> float:
        """W that flow now."""
        return self.load if self._flows() else 0.0

    def advance(self, now: float) -> Tells:
        """Count what has flowed since the last time, each hour's and each day's on its own."""
        at = self._at or now
        while at < now:
            here = datetime.fromtimestamp(at, self.body.zone)
            midnight = datetime.combine(here.date() + timedelta(days=1), time(), self.body.zone).timestamp()
            hour = int(at // _HOUR) * _HOUR
            until = min(now, midnight, hour + _HOUR)
            self._count(here.date().isoformat(), hour, self.power() * (until - at) / _HOUR, int(until))
            at = until
        self._at = now
        return ()

    def boot(self, now: float) -> Tells:
        """Its calibration, which newer firmware wants echoed."""
        return (Tell("Control.ConsumptionConfig", {"config": RATIOS}),)

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
        if len(days) > 1 and "stale-midnight" in self.body.quirks and self._since_midnight() < _STALE:
            days[-1]["value"] = days[-2]["value"]
        return sorted(days, key=lambda day: datetime.fromisoformat(str(day["date"])).toordinal() % _DAYS)

    def _count(self, date: str, hour: int, energy: float, last: int) -> None:
        self._days[date] = (self._days.get(date, (0.0, 0))[0] + energy, last)
        self._hours[hour] = self._hours.get(hour, 0.0) + energy
        while len(self._days) > _DAYS:
            del self._days[min(self._days)]
        while len(self._hours) > _HOURS:
            del self._hours[min(self._hours)]

    def _since_midnight(self) -> float:
        here = datetime.fromtimestamp(self._at, self.body.zone)
        return self._at - datetime.combine(here.date(), time(), self.body.zone).timestamp()

    def _waver(self, value: float) -> float:
        return value * (1 + (self.body.randomness(1)[0] - 127.5) / 12_750)

    def _get_electricity(self, payload: Params, now: float) -> Outcome:
        return Outcome({"electricity": self.electricity()})

    def _get_consumption(self, payload: Params, now: float) -> Outcome:
        return Outcome({"consumptionx": self.consumption()})

    def _get_hours(self, payload: Params, now: float) -> Outcome:
        ring = sorted(self._hours, key=lambda hour: hour // _HOUR % _HOURS)
        data = [{"timestamp": hour, "value": round(self._hours[hour])} for hour in ring]
        total = sum(round(energy) for energy, _ in self._days.values())
        return Outcome({"consumptionH": [{"channel": 0, "total": total, "data": data}]})

    def _get_ratios(self, payload: Params, now: float) -> Outcome:
        return Outcome({"config": RATIOS})

    rows: ClassVar[Rows] = {
        "GET Control.Electricity": _get_electricity,
        "GET Control.ConsumptionX": _get_consumption,
        "GET Control.ConsumptionH": _get_hours,
        "GET Control.ConsumptionConfig": _get_ratios,
    }
