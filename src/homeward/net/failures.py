"""Patience with those who guess: failed sign-ins by address."""

from __future__ import annotations

from collections import deque

FAILURE_WINDOW = 600.0
"""Seconds for which a failed sign-in counts against its address."""
_ADDRESSES = 10_000
"""Addresses whose failures are remembered at once; the longest quiet one is forgotten first."""


class Failures:
    """Failed sign-ins by address, each counting for `FAILURE_WINDOW` seconds."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._times: dict[str, deque[float]] = {}

    def wait(self, address: str, now: float) -> float:
        """Seconds that the address must wait before it may try again; 0 when it may now."""
        times = self._times.get(address)
        while times and times[0] <= now - FAILURE_WINDOW:
            times.popleft()
        return times[0] + FAILURE_WINDOW - now if times and len(times) >= self._allowed else 0.0

    def add(self, address: str, now: float) -> None:
        """A sign-in from this address has failed."""
        times = self._times.pop(address, deque[float](maxlen=self._allowed))
        times.append(now)
        self._times[address] = times
        if len(self._times) > _ADDRESSES:
            del self._times[next(iter(self._times))]
