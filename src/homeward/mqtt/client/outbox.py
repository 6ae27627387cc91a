"""Messages at QoS 1 and 2 on their way to the server, from when they are published until it has them for good."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from homeward.mqtt.client.errors import Unsendable
from homeward.mqtt.packets import Publish
from homeward.mqtt.reasons import Reason

_OVERHEAD = 200
"""Bytes that a message costs beside its topic and payload, about."""


class Outbox:
    """Its packet identifiers are also those of SUBSCRIBE and UNSUBSCRIBE: no two things under way share one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._waiting: deque[Publish] = deque()
        self._inflight: dict[int, Publish] = {}
        self._released: dict[int, None] = {}
        """Those that the server has (QoS 2), in the order in which it said so."""
        self._taken: set[int] = set()
        self._last_id = 0

    def __len__(self) -> int:
        """How many messages are on their way."""
        return len(self._waiting) + len(self._inflight) + len(self._released)

    def reserve(self) -> int:
        """A packet identifier that is in no use until `free`.

        Raises:
            Unsendable: all are.
        """
        if len(self._taken) == 0xFFFF:
            raise Unsendable("65535 packets wait for their answers", Reason.QUOTA_EXCEEDED)
        number = self._last_id % 0xFFFF + 1
        while number in self._taken:
            number = number % 0xFFFF + 1
        self._last_id = number
        self._taken.add(number)
        return number

    def free(self, packet_id: int) -> None:
        """The identifier may be used again."""
        self._taken.discard(packet_id)

    def add(self, message: Publish) -> int:
        """A message to be sent in its turn; returns its packet identifier.

        Raises:
            Unsendable: there is no room for it.
        """
        size = _size(message)
        if self._size + size > self._most:
            why = f"{self._size} bytes of messages wait already, of at most {self._most}"
            raise Unsendable(why, Reason.QUOTA_EXCEEDED)
        packet_id = self.reserve()
        self._size += size
        self._waiting.append(msgspec.structs.replace(message, packet_id=packet_id))
        return packet_id

    def due(self, window: int) -> Iterator[Publish]:
        """The messages that may be sent now, where so many may be under way at once."""
        while self._waiting and len(self._inflight) + len(self._released) < window:
            message = self._waiting.popleft()
            self._inflight[message.packet_id] = message
            yield message

    def acknowledged(self, packet_id: int, qos: int = 1) -> bool:
        """PUBACK, or at QoS 2 a PUBREC with an error: it is done. Whether there was such a message."""
        message = self._inflight.get(packet_id)
        if message is None or message.qos != qos:
            return False
        del self._inflight[packet_id]
        self._done(message)
        return True

    def recorded(self, packet_id: int) -> bool:
        """PUBREC: the server has it, and is to be told that it may forget the identifier. Whether there was such."""
        message = self._inflight.get(packet_id)
        if message and message.qos == 2:
            del self._inflight[packet_id]
            self._released[packet_id] = None
            self._size -= _size(message)
        return packet_id in self._released

    def completed(self, packet_id: int) -> bool:
        """PUBCOMP: it is done. Whether there was such a message."""
        if packet_id not in self._released:
            return False
        del self._released[packet_id]
        self.free(packet_id)
        return True

    def lost(self) -> None:
        """The connection is over: what was under way waits to be sent again, before anything newer."""
        again = [msgspec.structs.replace(message, dup=True) for message in self._inflight.values()]
        self._waiting.extendleft(reversed(again))
        self._inflight.clear()

    def released(self) -> list[int]:
        """The identifiers for which PUBREL is to be sent again."""
        return list(self._released)

    def begin_anew(self) -> list[int]:
        """The server has forgotten the session: nothing is a duplicate there. Returns what is done thereby."""
        self._waiting = deque(
            msgspec.structs.replace(message, dup=False) if message.dup else message for message in self._waiting
        )
        done = self.released()
        for packet_id in done:
            self.completed(packet_id)
        return done

    def sort_out(self, check: Callable[[Publish], None]) -> list[tuple[int, Reason]]:
        """Take out the messages for which `check` raises `Unsendable`; returns their identifiers, and why."""
        kept, refused = deque[Publish](), []
        for message in self._waiting:
            try:
                check(message)
                kept.append(message)
            except Unsendable as error:
                self._done(message)
                refused.append((message.packet_id, error.reason))
        self._waiting = kept
        return refused

    def _done(self, message: Publish) -> None:
        self._size -= _size(message)
        self.free(message.packet_id)


def _size(message: Publish) -> int:
    return len(message.payload) + len(message.topic) + _OVERHEAD
