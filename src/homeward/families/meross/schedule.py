"""When the cloud asks a device how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from homeward.families.base import NOTHING, Effects, Wake
from homeward.families.meross.namespaces import CONSUMPTION_H, CONSUMPTION_X, ELECTRICITY, ELECTRICITY_X, RUNTIME

EVERY: Mapping[str, str] = {
    ELECTRICITY: "poll_power",
    ELECTRICITY_X: "poll_power",
    CONSUMPTION_H: "poll_energy",
    CONSUMPTION_X: "poll_energy",
    RUNTIME: "poll_energy",
    "Appliance.Control.Diffuser.Sensor": "poll_energy",
    "Appliance.Control.FilterMaintenance": "poll_energy",
    "Appliance.Control.Sensor.Latest": "poll_energy",
    "Appliance.Control.Sensor.LatestX": "poll_energy",
    "Appliance.Hub.Battery": "poll_energy",
    "Appliance.Hub.Mts100.All": "poll_energy",
    "Appliance.Hub.Sensor.All": "poll_energy",
}
"""The setting with the seconds between two readings; what is not here is asked for once, and pushed since then."""


_PAUSE = 1.0
"""Seconds between two bursts of questions."""


class Schedule:
    """What is due to be asked for, by namespace: regular readings, and doubts whether something came true."""

    __slots__ = ("_doubts", "_due", "_settings", "_told")

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._due: dict[str, float] = {}
        self._doubts: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def plan(self, asks: Iterable[str], now: float) -> None:
        """Ask for these at once, and then for those that change unsaid regularly."""
        self._due = dict.fromkeys(asks, now)

    def doubt(self, question: str, at: float) -> None:
        """Ask for this once, at that time."""
        self._doubts[question] = at

    def told(self, namespace: str, question: str | None, now: float) -> None:
        """The device pushed a state by itself: nobody needs to ask that question to learn it any more."""
        self._doubts.pop(namespace, None)
        if question:
            self._told[namespace] = now
            self._doubts.pop(question, None)

    def acknowledged(self, namespace: str, question: str | None, since: float, now: float) -> None:
        """A SET sent at `since` was acknowledged, which does not say that it is so: ask, unless it was or is told."""
        if question and self._told.get(namespace, 0.0) < since:
            self.doubt(question, now + self._settings.confirm)

    def take(self, now: float) -> list[str]:
        """What is to be asked for now, `burst` at most; each reading is due again when its time comes."""
        everything = (*self._doubts.items(), *self._due.items())
        due = list(dict.fromkeys(namespace for namespace, at in everything if at <= now))
        for namespace in due[self._settings.burst :]:
            self._due[namespace] = now + _PAUSE
        for namespace in due[: self._settings.burst]:
            self._due.pop(namespace, None)
            self._doubts.pop(namespace, None)
            if every := EVERY.get(namespace):
                self._due[namespace] = now + getattr(self._settings, every)
        return due[: self._settings.burst]

    def rest(self, now: float) -> Effects:
        """Wake when the next is due."""
        times = [*self._due.values(), *self._doubts.values()]
        return (Wake(max(0.0, min(times) - now)),) if times else NOTHING
