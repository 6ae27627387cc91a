"""Timers: what a device does by itself at a time of the day. It goes by its own clock, zone and place.

A timer of the sun is known by `time`, which its app has made of `sunriseTime` or `sunsetTime` and `sunOffset`; one
that tells neither, but an offset, means sunrise.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from math import inf
from typing import Any, ClassVar

from homeward.families.meross.emulator.agenda import Rule
from homeward.families.meross.emulator.organ import (
    SILENCE,
    Body,
    Organ,
    Outcome,
    Refused,
    Rows,
    Tell,
    Tells,
    changes,
    items,
)
from homeward.families.meross.wire import Params

MOST = 32
"""Timers, and triggers, that a device keeps."""
_STEP = 300
"""Seconds that its clock may be put forward without a timer being missed."""
_DAY = 1440
_LONGEST_ID = 32

ONCE = (2, 4)
"""Types that are disabled when they have been; 3 and 4 last for `duration` and are then undone."""
_LASTING = (3, 4)

_MADE: Mapping[str, Any] = {
    "id": "",
    "alias": "",
    "type": 1,
    "enable": 1,
    "channel": 0,
    "createTime": 0,
    "week": 255,
    "time": 0,
    "sunOffset": 0,
    "duration": 0,
    "extend": {},
}
_ACTIONS: Mapping[str, str] = {
    "toggle": "Control.ToggleX",
    "togglex": "Control.ToggleX",
    "light": "Control.Light",
    "spray": "Control.Spray",
    "state": "GarageDoor.State",
    "position": "RollerShutter.Position",
}
"""What `extend` may hold, and which namespace takes it."""


def perform(body: Body, extend: Params, channel: int, now: float) -> Tells:
    """Do what a timer or a trigger says."""
    tells: list[Tell] = []
    for key, name in _ACTIONS.items():
        item = extend.get(key)
        if isinstance(item, dict):
            tells += body.act(f"SET {name}", {_key(key): {**item, "channel": item.get("channel", channel)}}, now)
            tells += body.act("SET Control.Toggle", {"toggle": item}, now) if key == "toggle" else SILENCE
    return tells


def _key(key: str) -> str:
    return "togglex" if key == "toggle" else key


def named(item: Params) -> str:
    """The id of a timer or trigger; refused when it has none."""
    found = item.get("id")
    if type(found) is not str or not 0 < len(found) <= _LONGEST_ID:
        raise Refused
    return found


def identified(item: Params, channels: Container[int]) -> Params:
    """Id and channel, which is 0 when nothing is said of it; refused when it is none of these."""
    channel = item.get("channel", 0)
    if type(channel) is not int or channel not in channels:
        raise Refused
    return {"id": named(item), "channel": channel}


class Timer:
    """One, with when it is due next (`at`), and when what it began is over (`until`), in the device's time."""

    def __init__(self, item: Params, body: Body, channels: Container[int]) -> None:
        self.item: Params = {**_MADE, **changes(dict(_MADE), item), **identified(item, channels)}
        self.item |= {key: item[key] for key in ("sunriseTime", "sunsetTime") if type(item.get(key)) is int}
        if not 0 <= self.item["time"] < _DAY or not all(abs(self.item[key]) <= _DAY * 60 for key in _NUMBERS):
            raise Refused
        self._body = body
        self.at: float = inf
        self.until: float = inf

    def plan(self, moment: int) -> None:
        """Find when it is due after `moment`."""
        found = self._rule().after(moment, self._body.zone, self._body.place()) if self.item["enable"] else None
        self.at = inf if found is None else found

    def fire(self, now: float) -> Tells:
        """It is due."""
        item = self.item
        if item["type"] in _LASTING and item["duration"] > 0:
            self.until = self.at + item["duration"]
        moment, self.at = int(self.at), inf
        if item["type"] in ONCE:
            item["enable"] = 0
        self.plan(moment)
        return perform(self._body, item["extend"], item["channel"], now)

    def undo(self, now: float) -> Tells:
        """What it began is over."""
        self.until = inf
        return perform(self._body, _undone(self.item["extend"]), self.item["channel"], now)

    def _rule(self) -> Rule:
        item = self.item
        monday = "monday-first" in self._body.quirks
        offset = item["sunOffset"]
        for key, event in (("sunriseTime", "rise"), ("sunsetTime", "set")):
            if key in item and item["time"] == item[key] + offset:
                return Rule(offset, item["week"], event, monday)
        if offset and "sunsetTime" not in item and "sunriseTime" not in item:
            return Rule(offset, item["week"], "rise", monday)
        return Rule(item["time"], item["week"], "", monday)


_NUMBERS = ("sunOffset", "duration")


def _undone(extend: Params) -> Params:
    return {
        key: {**item, "onoff": 1 - item["onoff"]}
        for key, item in extend.items()
        if isinstance(item, dict) and item.get("onoff") in (0, 1)
    }


class Timers(Organ):
    """Those of TimerX, by id. `count` grows with each change, so that apps know what they have read already."""

    def __init__(self, body: Body, channels: Container[int] = (0,)) -> None:
        super().__init__(body)
        self._channels = channels
        self._timers: dict[str, Timer] = {}
        self._counts: dict[str, int] = {}
        self._seen = 0

    def advance(self, now: float) -> Tells:
        """Do what is due."""
        if not self.body.clock.told:
            return SILENCE
        clock = self.body.clock.read(now)
        tells: list[Tell] = []
        for timer in list(self._timers.values()):
            while min(timer.at, timer.until) <= clock:
                tells += timer.undo(now) if timer.until <= timer.at else timer.fire(now)
        self._seen = max(self._seen, clock)
        return tells

    def due(self) -> float:
        """When the next is due."""
        soonest = min((min(timer.at, timer.until) for timer in self._timers.values()), default=inf)
        return inf if soonest == inf or not self.body.clock.told else self.body.clock.world(int(soonest))

    def retimed(self, now: float) -> None:
        """Look anew when each is due; one that a small step of the clock went past is still done."""
        clock = self.body.clock.read(now)
        if abs(clock - self._seen) > _STEP:
            self._seen = clock
        for timer in self._timers.values():
            timer.plan(self._seen)

    def digest(self) -> Params:
        """Which there are."""
        return {"timerx": [self._entry(timer) for timer in self._timers.values()]}

    def store(self, item: Params, now: float) -> None:
        """A new one, or one instead of that with its id."""
        timer = Timer(item, self.body, self._channels)
        name = timer.item["id"]
        if name not in self._timers and len(self._timers) >= MOST:
            raise Refused
        timer.plan(max(self.body.clock.read(now), self._seen))
        self._timers[name] = timer
        self._counts[name] = self._counts.pop(name, 0) + 1

    def _entry(self, timer: Timer) -> Params:
        item = timer.item
        return {"channel": item["channel"], "id": item["id"], "count": self._counts[item["id"]]}

    def _get(self, payload: Params, now: float) -> Outcome:
        wanted = payload.get("timerx")
        if not isinstance(wanted, dict) or "id" not in wanted:
            return Outcome({"digest": {}, "timerx": {}})
        timer = self._timers.get(named(wanted))
        return Outcome({"digest": self._entry(timer), "timerx": timer.item} if timer else {"digest": {}, "timerx": {}})

    def _set(self, payload: Params, now: float) -> Outcome:
        for item in items(payload, "timerx"):
            self.store(item, now)
        return Outcome({})

    def _delete(self, payload: Params, now: float) -> Outcome:
        for item in items(payload, "timerx"):
            self._timers.pop(named(item), None)
        return Outcome({})

    def _digest(self, payload: Params, now: float) -> Outcome:
        return Outcome({"digest": self.digest()["timerx"]})

    rows: ClassVar[Rows] = {
        "GET Control.TimerX": _get,
        "SET Control.TimerX": _set,
        "DELETE Control.TimerX": _delete,
        "GET Digest.TimerX": _digest,
    }


class FirstTimers(Timers):
    """Those of firmware 1.x: one list, read and written as a whole."""

    def digest(self) -> Params:
        """All of them."""
        return {"timer": [timer.item for timer in self._timers.values()]}

    def _get(self, payload: Params, now: float) -> Outcome:
        return Outcome(self.digest())

    def _set(self, payload: Params, now: float) -> Outcome:
        before, self._timers = self._timers, {}
        try:
            for item in items(payload, "timer"):
                self.store(item, now)
        except Refused:
            self._timers = before
            raise
        return Outcome({})

    rows: ClassVar[Rows] = {"GET Control.Timer": _get, "SET Control.Timer": _set}
