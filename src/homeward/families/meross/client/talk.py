"""A way to a device, whatever carries it."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from homeward.errors import DeviceRefused
from homeward.families.meross import wire
from homeward.families.meross.traits import CONFIRMED_BY
from homeward.families.meross.wire import Message, Params

clock = time.time  # noqa: TID251 - who uses the library need not hand it in


class Talk(ABC):
    """A way to a device. `key` is its account's; `deadline` is how many seconds it has to answer."""

    def __init__(self, key: str, deadline: float, now: Callable[[], float]) -> None:
        self._key = key
        self._deadline = deadline
        self._now = now

    @abstractmethod
    async def ask(self, method: str, namespace: str, payload: Params) -> Params:
        """Put a request to the device; gives the payload of its answer.

        Raises:
            DeviceRefused: it answered with an error, which is in `detail`.
            DeadlineExceeded: it did not answer.
            DeviceOffline: it cannot be reached this way.
        """

    async def get(self, namespace: str, payload: Params | None = None) -> Params:
        """Ask how something stands."""
        return await self.ask("GET", namespace, payload or {})

    async def set(self, namespace: str, payload: Params) -> Params:
        """Set something; gives how it stands then, for an acknowledgement does not say that it is so."""
        await self.ask("SET", namespace, payload)
        return await self.get(CONFIRMED_BY.get(namespace, namespace))

    def _write(self, method: str, namespace: str, payload: Params, source: str) -> tuple[str, bytes]:
        message_id, now = os.urandom(16).hex(), self._now()
        return message_id, wire.encode(
            method,
            namespace,
            payload,
            message_id=message_id,
            key=self._key,
            source=source,
            timestamp=int(now),
            timestamp_ms=int(now % 1 * 1000),
        )


def payload_of(answer: Message) -> Params:
    """What an answer holds.

    Raises:
        DeviceRefused: it is an error.
        BadMessage: it holds nothing.
    """
    payload = answer.body()
    if answer.header.method == "ERROR":
        detail = payload.get("error")
        raise DeviceRefused(f"the device refused {answer.header.namespace}: {detail}", detail=detail)
    return payload
