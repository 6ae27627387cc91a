"""Triggers: what is turned on goes off by itself after a while, on some days of the week."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from math import inf
from typing import Any, ClassVar

from homeward.families.meross.emulator.agenda import Rule
from homeward.families.meross.emulator.organ import Body, Organ, Outcome, Refused, Rows, Tells, changes, items, want
from homeward.families.meross.emulator.timers import MOST, ONCE, identified, named, perform
from homeward.families.meross.wire import Params

_LONGEST = 7 * 86_400
_MADE: Mapping[str, Any] = {
    "id": "",
    "alias": "",
    "type": 0,
    "enable": 1,
    "channel": 0,
    "createTime": 0,
    "rule": {},
}


class Trigger:
    """One, with when it will go off in the world's time."""

    def __init__(self, item: Params, channels: Container[int]) -> None:
        self.item: Params = {**_MADE, **changes(dict(_MADE), item), **identified(item, channels)}
        self.week, self.duration = self.delay()
        self.at = inf

    def delay(self) -> tuple[int, int]:
        """On which days, and after how many seconds."""
        rule = self.item["rule"]
        week, duration = want({"week": 255, **rule}, "week", int), want(rule, "duration", int)
        if not 0 <= duration <= _LONGEST:
            raise Refused
        return week, duration

    def action(self) -> Params:
        """What it does then."""
        return {"togglex": {"onoff": 0}, "state": {"open": 0}}


class FirstTrigger(Trigger):
    """One of firmware 1.x: if, then, do."""

    def delay(self) -> tuple[int, int]:
        """As `_then_` says."""
        then = want(self.item["rule"], "_then_", dict[str, Any])
        self.item["rule"].setdefault("_do_", {"toggle": {"onoff": 0}})
        delay = want(then, "delay", dict[str, int])
        if not 0 <= delay.get("duration", -1) <= _LONGEST:
            raise Refused
        return delay.get("week", 255), delay["duration"]

    def action(self) -> Params:
        """As `_do_` says."""
        return want(self.item["rule"], "_do_", dict[str, Any])


class Triggers(Organ):
    """Those of TriggerX, by id. A running one is stopped when what it waits for goes off otherwise."""

    key = "triggerx"
    made: Callable[[Params, Container[int]], Trigger] = Trigger

    def __init__(self, body: Body, running: Callable[[int], bool], channels: Container[int] = (0,)) -> None:
        """`running` says whether a channel is on now."""
        super().__init__(body)
        self._channels = channels
        self._triggers: dict[str, Trigger] = {}
        self._counts: dict[str, int] = {}
        self._running = running

    def advance(self, now: float) -> Tells:
        """Turn off what has been on for long enough."""
        return [tell for trigger in self._due(now) for tell in self._fire(trigger, now)]

    def due(self) -> float:
        """When the next goes off."""
        return min((trigger.at for trigger in self._triggers.values()), default=inf)

    def noticed(self, channel: int, now: float) -> None:
        """Begin to wait, or wait no more."""
        for trigger in self._triggers.values():
            if trigger.item["channel"] == channel:
                self._arm(trigger, self._running(channel), now)

    def digest(self) -> Params:
        """Which there are."""
        return {"triggerx": [self._entry(trigger) for trigger in self._triggers.values()]}

    def store(self, item: Params, now: float) -> None:
        """A new one, or one instead of that with its id; it begins to wait if its channel is on."""
        trigger = type(self).made(item, self._channels)
        name = trigger.item["id"]
        if name not in self._triggers and len(self._triggers) >= MOST:
            raise Refused
        self._triggers[name] = trigger
        self._counts[name] = self._counts.pop(name, 0) + 1
        self._arm(trigger, self._running(trigger.item["channel"]), now)

    def _arm(self, trigger: Trigger, on: bool, now: float) -> None:
        today = datetime.fromtimestamp(self.body.clock.read(now), self.body.zone).date()
        rule = Rule(0, trigger.week, monday="monday-first" in self.body.quirks)
        waits = on and trigger.item["enable"] and rule.holds(today)
        trigger.at = now + trigger.duration if waits else inf

    def _due(self, now: float) -> list[Trigger]:
        return [trigger for trigger in self._triggers.values() if trigger.at <= now]

    def _fire(self, trigger: Trigger, now: float) -> Tells:
        trigger.at = inf
        if trigger.item["type"] in ONCE:
            trigger.item["enable"] = 0
        return perform(self.body, trigger.action(), trigger.item["channel"], now)

    def _entry(self, trigger: Trigger) -> Params:
        item = trigger.item
        return {"channel": item["channel"], "id": item["id"], "count": self._counts[item["id"]]}

    def _get(self, payload: Params, now: float) -> Outcome:
        wanted = payload.get("triggerx")
        found = self._triggers.get(named(wanted)) if isinstance(wanted, dict) and "id" in wanted else None
        return Outcome({"digest": self._entry(found) if found else {}, "triggerx": found.item if found else {}})

    def _set(self, payload: Params, now: float) -> Outcome:
        for item in items(payload, self.key):
            self.store(item, now)
        return Outcome({})

    def _delete(self, payload: Params, now: float) -> Outcome:
        for item in items(payload, self.key):
            self._triggers.pop(named(item), None)
        return Outcome({})

    def _digest(self, payload: Params, now: float) -> Outcome:
        return Outcome({"digest": self.digest()["triggerx"]})

    rows: ClassVar[Rows] = {
        "GET Control.TriggerX": _get,
        "SET Control.TriggerX": _set,
        "DELETE Control.TriggerX": _delete,
        "GET Digest.TriggerX": _digest,
    }


class FirstTriggers(Triggers):
    """Those of firmware 1.x: one list, read and written as a whole."""

    key = "trigger"
    made = FirstTrigger

    def digest(self) -> Params:
        """All of them."""
        return {"trigger": [trigger.item for trigger in self._triggers.values()]}

    def _get(self, payload: Params, now: float) -> Outcome:
        return Outcome(self.digest())

    def _set(self, payload: Params, now: float) -> Outcome:
        before, self._triggers = self._triggers, {}
        try:
            return super()._set(payload, now)
        except Refused:
            self._triggers = before
            raise

    rows: ClassVar[Rows] = {"GET Control.Trigger": _get, "SET Control.Trigger": _set}
