"""Requests to devices: each ends once, with its answer or with a named reason why there is none."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import count
from typing import Any

from homeward.clock import Clock
from homeward.errors import DeadlineExceeded, DeviceBusy, DeviceOffline
from homeward.families.base import Answer, Call
from homeward.hub.availability import duration
from homeward.hub.link import Link
from homeward.hub.wait import fail, succeed, within


class Calls:
    """The requests that wait for their answers; at most `limit` on one link."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock, self._limit = clock, limit
        self._tokens = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._on: dict[Link, set[int]] = {}

    async def call(self, name: str, link: Link, call: Call, deadline: float) -> Any:
        """Put a request to the device called `name` and await its answer, for `deadline` seconds.

        Raises:
            DeviceBusy: too many requests to it wait already.
            DeviceOffline: the link was lost meanwhile.
            DeadlineExceeded: there was no answer in time.
            InvalidValue: the request makes no sense for this device.
            HomewardError: the device's own answer was an error.
        """
        tokens = self._on.setdefault(link, set())
        if len(tokens) >= self._limit:
            raise DeviceBusy(
                f"{name} has {self._limit} requests to answer already", hint="Wait until it has caught up."
            )
        token = next(self._tokens)
        tokens.add(token)
        answer = self._waiting[token] = asyncio.get_running_loop().create_future()
        try:
            link.call(token, call)
            return await within(deadline, self._clock, answer, partial(_late, name, deadline))
        finally:
            self._forget(link, token)

    def answered(self, answer: Answer) -> None:
        """A device has answered. An answer nobody waits for any more is dropped."""
        if waiting := self._waiting.get(answer.token):
            if answer.error:
                fail(waiting, answer.error)
            else:
                succeed(waiting, answer.result)

    def dropped(self, link: Link, reason: str) -> None:
        """A link is gone: whoever waits for an answer on it waits in vain."""
        for token in self._on.get(link, ()):
            fail(self._waiting[token], DeviceOffline(f"the connection to the device was lost: {reason}"))

    def close(self, reason: str) -> None:
        """No more answers will come."""
        for link in self._on:
            self.dropped(link, reason)

    def _forget(self, link: Link, token: int) -> None:
        del self._waiting[token]
        tokens = self._on[link]
        tokens.discard(token)
        if not tokens:
            del self._on[link]


def _late(name: str, deadline: float) -> DeadlineExceeded:
    return DeadlineExceeded(f"{name} did not answer within {duration(deadline)}; whether it acted is unknown")
