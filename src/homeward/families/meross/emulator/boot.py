"""What a device does once its link stands: it asks for the time, presents itself, and tells its state."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from homeward.families.base import NOTHING, Close, Effect, Effects, Publish
from homeward.families.meross.namespaces import BIND, CLOCK, REPORT
from homeward.families.meross.wire import publish_topic, request_topic

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Device

_CLOCK_EVERY, _CLOCK_TRIES = 2.0, 10
_BIND_EVERY = 10.0
_CLOCK_AGAIN = 7_200.0


class Boot:
    """Clock, until it is answered; Report; Bind, which newer firmware wants acknowledged; the state."""

    def __init__(self, device: Device) -> None:
        self.done = False
        self.due = inf
        self._device = device
        self._timed = False
        self._tries = 0

    def begin(self, now: float) -> Effects:
        """The link stands."""
        if "no-clock" not in self._device.quirks:
            return self._ask_time(now)
        self._device.set_clock(int(now), now)
        return self._present(now)

    def wake(self, now: float) -> Effects:
        """Nobody has answered, or it is time to ask for the time again."""
        if now < self.due:
            return NOTHING
        return self._ask_time(now) if self.done or not self._timed else self._bind(now)

    def heard(self, method: str, namespace: str, now: float) -> Effects:
        """A message without an answer came, and may be what was waited for."""
        if (method, namespace) == ("PUSH", CLOCK) and not self._timed:
            return self._present(now)
        if (method, namespace) == ("SETACK", BIND) and self._timed and not self.done:
            return self._finish(now)
        return NOTHING

    def _ask_time(self, now: float) -> Effects:
        self._tries += 1
        if self._tries > _CLOCK_TRIES and not self.done:
            return self._give_up()
        self.due = now + (_CLOCK_AGAIN if self.done else _CLOCK_EVERY)
        return (self._device.push(CLOCK, {"clock": {"timestamp": self._device.clock.read(now)}}, now),)

    def _give_up(self) -> Effects:
        """Start over; a device that has just been set up goes back to that."""
        self.due = inf
        reason = f"nobody told the time in {_CLOCK_TRIES} tries"
        if self._device.network.unproven():
            self._device.network.give_up(f"{reason}: back to set-up mode")
            return NOTHING
        return (Close(f"{reason}: starting over"),)

    def _present(self, now: float) -> Effects:
        self._timed = True
        report = {"report": [{"type": "1", "value": "0", "timestamp": self._device.clock.read(now)}]}
        effects: list[Effect] = [self._device.push(REPORT, report, now), *self._bind(now)]
        return effects if self._device.label.binds_with == "SET" else [*effects, *self._finish(now)]

    def _bind(self, now: float) -> Effects:
        device = self._device
        system = device.system.everything(now)
        device.bound_at = device.bound_at or device.clock.read(now)
        payload = {"bind": {"bindTime": device.bound_at, **{key: system[key] for key in _PRESENTED}}}
        source = request_topic(device.native_id)
        self.due = now + _BIND_EVERY
        data = device.say(device.label.binds_with, BIND, payload, now, source)
        return (Publish(publish_topic(device.native_id), data, 1),)

    def _finish(self, now: float) -> Effects:
        self.done, self.due = True, now + _CLOCK_AGAIN
        self._device.network.booted()
        return self._device.introduce(now)


_PRESENTED = ("time", "hardware", "firmware")
