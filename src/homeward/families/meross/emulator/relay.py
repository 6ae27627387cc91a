"""Relays: the one of a plug, those of a strip with a master, and that of the first firmware."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from homeward.families.meross.emulator.organ import (
    SILENCE,
    Body,
    Organ,
    Outcome,
    Refused,
    Rows,
    Tell,
    Tells,
    items,
    pick,
)
from homeward.families.meross.wire import Params

_EVERY = 65_535
"""The channel that stands for all in a GET."""


class Relay(Organ):
    """`channels` that go on and off. With a `master`, channel 0 turns all of them, and is on while one of them is."""

    def __init__(self, body: Body, channels: Sequence[int] = (0,), *, master: bool = False) -> None:
        super().__init__(body)
        self._states = {channel: {"channel": channel, "onoff": 0, "lmTime": 0} for channel in channels}
        self._master = master
        self._channels = {f"onoff{channel or ''}": channel for channel in channels}
        self.bounds = dict.fromkeys(self._channels, (0.0, 1.0))

    def on(self, channel: int = 0) -> bool:
        """Whether it is; a channel that is not there is not."""
        return bool(self._states.get(channel, {}).get("onoff"))

    def switch(self, channel: int, onoff: int, now: float) -> Tells:
        """Turn one; a number other than 0 and 1 leaves it alone."""
        if onoff not in (0, 1):
            return SILENCE
        turned = self._states if self._master and channel == 0 else (channel,)
        moved = [one for one in turned if self._turn(one, onoff, now)]
        if self._master and self._turn(0, int(any(self.on(one) for one in self._states if one)), now):
            moved.insert(0, 0)
        return (Tell("Control.ToggleX", {"togglex": [dict(self._states[one]) for one in moved]}),) if moved else SILENCE

    def boot(self, now: float) -> Tells:
        """All of them."""
        return (Tell("Control.ToggleX", self.digest()),)

    def digest(self) -> Params:
        """All of them."""
        return {"togglex": [dict(state) for state in self._states.values()]}

    def put(self, key: str, value: float, now: float) -> Tells:
        """A button is pressed."""
        return self.switch(self._channels[key], round(value), now)

    def get(self) -> Mapping[str, float]:
        """The buttons."""
        return {key: self._states[channel]["onoff"] for key, channel in self._channels.items()}

    def _turn(self, channel: int, onoff: int, now: float) -> bool:
        state = self._states[channel]
        if state["onoff"] == onoff:
            return False
        state |= {"onoff": onoff, "lmTime": self.body.clock.read(now)}
        self.body.moved(channel, now)
        return True

    def _get(self, payload: Params, now: float) -> Outcome:
        wanted = payload.get("togglex")
        channel = wanted.get("channel") if isinstance(wanted, dict) else None
        if len(self._states) > 1 and channel in (None, _EVERY):
            return Outcome(self.digest())
        state = pick(self._states, {} if channel in (None, _EVERY) else {"channel": channel})
        return Outcome({"channel": 0, "togglex": dict(state)})

    def _set(self, payload: Params, now: float) -> Outcome:
        wanted = [(pick(self._states, item)["channel"], _onoff(item)) for item in items(payload, "togglex")]
        return Outcome({}, [tell for channel, onoff in wanted for tell in self.switch(channel, onoff, now)])

    rows: ClassVar[Rows] = {"GET Control.ToggleX": _get, "SET Control.ToggleX": _set}


class FirstRelay(Relay):
    """That of firmware 1.x, which has no channels."""

    def switch(self, channel: int, onoff: int, now: float) -> Tells:
        """Turn it; a number other than 0 and 1 leaves it alone."""
        return (Tell("Control.Toggle", self.digest()),) if super().switch(0, onoff, now) else SILENCE

    def boot(self, now: float) -> Tells:
        """It."""
        return (Tell("Control.Toggle", self.digest()),)

    def digest(self) -> Params:
        """It."""
        return {"toggle": {key: self._states[0][key] for key in ("onoff", "lmTime")}}

    def _get(self, payload: Params, now: float) -> Outcome:
        return Outcome(self.digest())

    def _set(self, payload: Params, now: float) -> Outcome:
        (item,) = items({"toggle": payload.get("toggle")}, "toggle")[:1] or [{}]
        return Outcome({}, self.switch(0, _onoff(item), now))

    rows: ClassVar[Rows] = {"GET Control.Toggle": _get, "SET Control.Toggle": _set}


def _onoff(item: Params) -> int:
    onoff: Any = item.get("onoff")
    if type(onoff) is not int:
        raise Refused
    return onoff
