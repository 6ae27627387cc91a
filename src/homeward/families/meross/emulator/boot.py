"""What a device does once its link stands: it asks for the time, presents itself, and tells its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.families.base import NOTHING, Close, Effect, Effects, Publish, Wake
from homeward.families.meross.namespaces import BIND, CLOCK, CONSUMPTION_CONFIG, REPORT
from homeward.families.meross.traits import TOGGLE, TOGGLE_X
from homeward.families.meross.wire import publish_topic, request_topic

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Mss310

RATIOS = {"voltageRatio": 188, "electricityRatio": 100}
"""How the meter of this plug was calibrated."""

_CLOCK_EVERY, _CLOCK_TRIES = 2.0, 10
_BIND_EVERY = 10.0
_CLOCK_AGAIN = 7_200.0


class Boot:
    """Clock, until it is answered; Report; Bind, which newer firmware wants acknowledged; the state."""

    def __init__(self, device: Mss310) -> None:
        self.done = False
        self._device = device
        self._timed = False
        self._tries = 0

    def begin(self, now: float) -> Effects:
        """The link stands."""
        return self.wake(now)

    def wake(self, now: float) -> Effects:
        """Nobody has answered, or it is time to ask for the time again."""
        if self.done or not self._timed:
            return self._ask_time(now)
        return self._bind(now)

    def heard(self, method: str, namespace: str, now: float) -> Effects:
        """A message without an answer came, and may be what was waited for."""
        if (method, namespace) == ("PUSH", CLOCK) and not self._timed:
            self._timed = True
            return self._present(now)
        if (method, namespace) == ("SETACK", BIND) and self._timed and not self.done:
            return self._finish(now)
        return NOTHING

    def _ask_time(self, now: float) -> Effects:
        self._tries += 1
        if self._tries > _CLOCK_TRIES and not self.done:
            return (Close(f"nobody told the time in {_CLOCK_TRIES} tries: starting over"),)
        question = self._device.push(CLOCK, {"clock": {"timestamp": self._device.clock(now)}}, now)
        return question, Wake(_CLOCK_AGAIN if self.done else _CLOCK_EVERY)

    def _present(self, now: float) -> Effects:
        report = {"report": [{"type": "1", "value": "0", "timestamp": self._device.clock(now)}]}
        effects: list[Effect] = [self._device.push(REPORT, report, now), *self._bind(now)]
        return effects if self._device.generation.binds_with == "SET" else [*effects, *self._finish(now)]

    def _bind(self, now: float) -> Effects:
        device = self._device
        system = {key: device.system(now)[key] for key in ("time", "hardware", "firmware")}
        device.bound_at = device.bound_at or device.clock(now)
        payload = {"bind": {"bindTime": device.bound_at, **system}}
        source = request_topic(device.native_id)
        data = device.say(device.generation.binds_with, BIND, payload, now, source)
        return Publish(publish_topic(device.native_id), data, 1), Wake(_BIND_EVERY)

    def _finish(self, now: float) -> Effects:
        self.done = True
        device = self._device
        effects: list[Effect] = []
        if CONSUMPTION_CONFIG in device.generation.abilities:
            effects.append(device.push(CONSUMPTION_CONFIG, {"config": RATIOS}, now))
        toggle = TOGGLE_X if device.generation.toggle_x else TOGGLE
        return [*effects, device.push(toggle, device.toggle(), now), Wake(_CLOCK_AGAIN)]
