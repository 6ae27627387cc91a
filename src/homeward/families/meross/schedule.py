"""When the cloud asks a device how it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from homeward.families.base import NOTHING, Effects, Wake
from homeward.families.meross.traits import ASKS, CONFIRMED_BY


class Schedule:
    """The GETs a device is due to be sent, by namespace: regular readings, and doubts whether a SET came true."""

    __slots__ = ("_due", "_settings", "_told")

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._due: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def plan(self, abilities: Collection[str], now: float) -> None:
        """Ask at once, and then regularly, for what a device with these abilities can tell."""
        self._due |= {namespace: now for namespace in ASKS if namespace in abilities}

    def told(self, namespace: str, now: float) -> None:
        """The device pushed a state by itself: nobody needs to ask for it any more."""
        if question := CONFIRMED_BY.get(namespace):
            self._told[namespace] = now
            self._due.pop(question, None)

    def acknowledged(self, namespace: str, since: float, now: float) -> None:
        """A SET sent at `since` was acknowledged, which does not say that it is so: ask, unless it was or is told."""
        question = CONFIRMED_BY.get(namespace)
        if question and self._told.get(namespace, 0.0) < since:
            self._due[question] = now + self._settings.confirm

    def take(self, now: float) -> list[str]:
        """What is to be asked for now; each reading is due again when its time comes."""
        due = [namespace for namespace, at in self._due.items() if at <= now]
        for namespace in due:
            del self._due[namespace]
            if namespace in ASKS and (every := ASKS[namespace].every):
                self._due[namespace] = now + getattr(self._settings, every)
        return due

    def rest(self, now: float) -> Effects:
        """Wake when the next is due."""
        return (Wake(max(0.0, min(self._due.values()) - now)),) if self._due else NOTHING
