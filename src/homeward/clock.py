"""Time, as something that is handed in: the loop's own here, a virtual one in `homeward.testing.clock`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Handle(Protocol):
    """A call that is yet to come."""

    def cancel(self) -> None:
        """It shall not come. Cancelling twice, or too late, does nothing."""


class Clock(Protocol):
    """The time of day, and calls at a later time."""

    def now(self) -> float:
        """Seconds since the epoch. It may jump when the machine's clock is set: measure no durations with it."""

    def call_later(self, delay: float, fn: Callable[[], None]) -> Handle:
        """Call `fn` once, `delay` seconds from now however the time of day jumps meanwhile."""


class LoopClock:
    """The machine's time of day, and the timers of an asyncio loop."""

    now = staticmethod(time.time)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.call_later = loop.call_later
