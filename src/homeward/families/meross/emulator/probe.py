"""A thermometer and hygrometer on batteries (ms100). Tenths of a °C and of a percent."""

from __future__ import annotations

from collections.abc import Mapping

from homeward.families.meross.emulator.organ import SILENCE, Body, Tell, Tells
from homeward.families.meross.emulator.subdevice import SubDevice
from homeward.families.meross.wire import Params

_TELLING = 2
"""Tenths by which it must have changed to be told."""
_HOUR = 3600
_FULL, _FLAT = 3_000, 2_000
"""mV of its battery."""


class Probe(SubDevice):
    """`temperature` (°C) and `humidity` (%) are the room's."""

    model = "ms100"
    every = 60.0
    bounds: Mapping[str, tuple[float, float]] = {
        "temperature": (-40.0, 80.0),
        "humidity": (0.0, 100.0),
        **SubDevice.bounds,
    }

    def __init__(self, body: Body, name: str) -> None:
        super().__init__(body, name)
        self.temperature = 21.0
        self.humidity = 48.0
        self.adjust: Params = {"id": name, "temperature": 0, "humidity": 0}
        self.alert: Params = {
            "id": name,
            "temperature": [[0, -400, 0], [0, 0, 0], [0, 0, 800]],
            "humidity": [[0, 0, 0]],
        }
        self._sample = (210, 480)
        self._sampled = 0
        self._least, self._most = self._sample, self._sample

    def retimed(self, now: float) -> None:
        """What it measured before anyone knew the time counts as an hour old."""
        super().retimed(now)
        self._sampled = max(self._sampled, self.heard - _HOUR)

    def wake(self, now: float) -> Tells:
        """It measures, and tells when that is news, or an hour has gone by."""
        sample = (
            round(self.temperature * 10) + self.adjust["temperature"],
            round(self.humidity * 10) + self.adjust["humidity"],
        )
        far = any(abs(new - old) >= _TELLING for new, old in zip(sample, self._sample, strict=True))
        if not far and self.heard - self._sampled < _HOUR:
            return SILENCE
        self._sample, self._sampled = sample, self.heard
        self._least = (min(self._least[0], sample[0]), min(self._least[1], sample[1]))
        self._most = (max(self._most[0], sample[0]), max(self._most[1], sample[1]))
        return (Tell("Hub.Sensor.TempHum", {"tempHum": [self.latest()]}),)

    def latest(self) -> Params:
        """The last sample, as TempHum has it."""
        return {"id": self.id, **self._short()}

    def samples(self) -> Params:
        """The last sample, as Latest has it."""
        temperature, humidity = ({"sample": value, "time": self._sampled} for value in self._sample)
        return {"id": self.id, "temperature": temperature, "humidity": humidity}

    def inside(self) -> Params:
        """The last sample."""
        return {self.model: self._short()}

    def everything(self) -> Params:
        """The last sample, and the bounds of all."""
        names = ("temperature", "humidity")
        return {
            name: {
                "latest": self._sample[at],
                "latestSampleTime": self._sampled,
                "max": self._most[at],
                "min": self._least[at],
            }
            for at, name in enumerate(names)
        }

    def _short(self) -> Params:
        return {
            "latestTime": self._sampled,
            "latestTemperature": self._sample[0],
            "latestHumidity": self._sample[1],
            "voltage": round(_FLAT + (_FULL - _FLAT) * self.battery / 100),
        }
