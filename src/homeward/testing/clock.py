"""A clock that stands still until it is told to go on."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class VirtualHandle:
    """A call that a virtual clock will make, unless it is cancelled."""

    def __init__(self, fn: Callable[[], None]) -> None:
        self.fn: Callable[[], None] | None = fn

    def cancel(self) -> None:
        """It shall not come."""
        self.fn = None


class VirtualClock:
    """Time that passes only by `advance`; calls that fall due are made in the order of their time."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._order = count()
        self._due: list[tuple[float, int, VirtualHandle]] = []

    def now(self) -> float:
        """Seconds since the epoch, as far as this clock has been advanced."""
        return self._now

    def call_later(self, delay: float, fn: Callable[[], None]) -> VirtualHandle:
        """Call `fn` when the clock has been advanced by `delay` seconds."""
        handle = VirtualHandle(fn)
        heapq.heappush(self._due, (self._now + max(delay, 0.0), next(self._order), handle))
        return handle

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, making each call at its own time, also those that come up on the way."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            at, _, handle = heapq.heappop(self._due)
            self._now = at
            if fn := handle.fn:
                handle.cancel()
                fn()
        self._now = end
