"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Exponential, with full jitter: a random part of a pause that doubles, so that a crowd does not come back at once.

    `random` gives numbers from 0 to 1 (`random.random`); `first` and `longest` are in seconds. A connection that
    stood for `steady` seconds makes the next attempt a first one again.
    """

    def __init__(
        self, random: Callable[[], float], *, first: float = 1.0, longest: float = 60.0, steady: float = 10.0
    ) -> None:
        self._random = random
        self._first = first
        self._longest = longest
        self._steady = steady
        self._pause = first

    def next(self) -> float:
        """Seconds to wait now."""
        pause = self._pause
        self._pause = min(2 * pause, self._longest)
        return self._random() * pause

    def stood(self, seconds: float) -> None:
        """A connection ended that had lasted so long."""
        if seconds >= self._steady:
            self._pause = self._first

    def slow_down(self) -> None:
        """Trying again soon would not help."""
        self._pause = self._longest
