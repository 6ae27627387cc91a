"""Waiting, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from homeward.clock import Clock
from homeward.errors import HomewardError

_T = TypeVar("_T")


async def within(seconds: float, clock: Clock, result: asyncio.Future[_T], late: Callable[[], HomewardError]) -> _T:
    """The result, or after so many seconds the error that `late` makes. A late result is for nobody."""
    timer = clock.call_later(seconds, lambda: fail(result, late()))
    try:
        return await result
    finally:
        timer.cancel()


def succeed(result: asyncio.Future[_T], value: _T) -> None:
    """End the wait with a result, if it has not ended."""
    if not result.done():
        result.set_result(value)


def fail(result: asyncio.Future[_T], error: HomewardError) -> None:
    """End the wait with an error, if it has not ended."""
    if not result.done():
        result.set_exception(error)
