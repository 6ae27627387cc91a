"""A device's own clock: it counts from power-on, and knows the time once it has been told."""

from __future__ import annotations


class Clock:
    """`drift` is how many seconds it gains in a day; a real crystal gains or loses a few."""

    def __init__(self, drift: float = 0.0) -> None:
        self._rate = 1 + drift / 86_400
        self._power_on = 0.0
        self._ahead: float | None = None

    @property
    def told(self) -> bool:
        """Whether it has been told the time since power-on."""
        return self._ahead is not None

    def start(self, now: float) -> None:
        """Power on: it knows no time."""
        self._power_on, self._ahead = now, None

    def tell(self, timestamp: int, now: float) -> None:
        """It is told the time."""
        self._ahead = timestamp - self.uptime(now)

    def uptime(self, now: float) -> float:
        """Seconds since power-on, as it counts them."""
        return (now - self._power_on) * self._rate

    def read(self, now: float) -> int:
        """The time as it knows it: the uptime, until it was told better."""
        return int(self.uptime(now) + (self._ahead or 0.0))

    def world(self, moment: int) -> float:
        """When in the world it shows that."""
        return self._power_on + (moment - (self._ahead or 0.0)) / self._rate
