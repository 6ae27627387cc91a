"""Events on their way to those who listen: each is encoded once, and nobody's slowness costs memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from homeward.model import Event

_encode = msgspec.json.Encoder().encode


class Line(NamedTuple):
    """An event, ready to be sent."""

    seq: int
    text: str


def line(event: Event) -> Line:
    """What listeners are sent of an event."""
    body = _encode({"type": "event"} | msgspec.structs.asdict(event))
    return Line(event.seq, body.decode())


class Queue:
    """What one listener has not taken yet. Past `limit` events all of them are dropped, and `lost` says so."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: deque[Line] = deque()
        self._news = asyncio.Event()
        self.lost = False

    def put(self, told: Line) -> None:
        """Another event; ignored while the listener has yet to learn that it lost some."""
        if not self.lost:
            self._lines.append(told)
            self.lost = len(self._lines) > self._limit
        if self.lost:
            self._lines.clear()
        self._news.set()

    async def wait(self) -> None:
        """Return when there is something to take, or something was lost."""
        await self._news.wait()

    def take(self) -> list[Line]:
        """All that has come; from here on nothing is lost again."""
        lines = list(self._lines)
        self._lines.clear()
        self._news.clear()
        self.lost = False
        return lines


class Feed:
    """The bus, for any number of queues. It listens to the bus while anyone listens to it."""

    def __init__(self, subscribe: Callable[[Callable[[Event], None]], Callable[[], None]], limit: int) -> None:
        self._subscribe = subscribe
        self._limit = limit
        self._queues: list[Queue] = []
        self._unsubscribe: Callable[[], None] | None = None

    def open(self) -> Queue:
        """A queue that receives every event from now on."""
        queue = Queue(self._limit)
        self._queues.append(queue)
        self._unsubscribe = self._unsubscribe or self._subscribe(self._tell)
        return queue

    def close(self, queue: Queue) -> None:
        """It receives no more."""
        self._queues.remove(queue)
        if not self._queues and self._unsubscribe:
            self._unsubscribe()
            self._unsubscribe = None

    def _tell(self, event: Event) -> None:
        told = line(event)
        for queue in self._queues:
            queue.put(told)
