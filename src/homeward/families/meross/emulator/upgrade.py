"""New firmware: fetched from where the cloud says, checked by its MD5, written, and run after a restart.

An image for an emulated device is any file. Which version it holds is in its name, `MODEL-VERSION.bin`, and of any
other name its last number is counted up. A file that begins with a line `homeward MODEL` is refused by other models.
"""

from __future__ import annotations

import re
from hashlib import md5
from math import inf
from typing import TYPE_CHECKING, ClassVar

import msgspec

from homeward.families.base import Fetch
from homeward.families.meross.emulator.organ import SILENCE, Organ, Outcome, Refused, Rows, Tell, Tells, want
from homeward.families.meross.wire import Params

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Device

LOADING, DONE, FAILED, BAD_SIGNATURE = 1, 2, 3, 4
_PART, _EVERY = 25, 2.0
"""Percent written in so many seconds."""
_RESTART = 1.0
_HEAD = re.compile(rb"homeward (\w{1,32})\r?\n")
_NAME = re.compile(r".*/\w{1,32}-(\d{1,4}(?:\.\d{1,4}){1,3})\.bin", re.ASCII)


class _Upgrade(msgspec.Struct):
    md5: str
    url: str


class Upgrade(Organ):
    """One at a time."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._device = device
        self._md5 = self._url = ""
        self._image: bytes | None = None
        self._percent = 0
        self._at = inf

    def fetched(self, data: bytes | None, now: float) -> Tells:
        """The image has come, or will not."""
        if not self._md5:
            return SILENCE
        if data is None:
            return self._end(FAILED)
        self._image, self._percent, self._at = data, 0, now + _EVERY
        return SILENCE

    def advance(self, now: float) -> Tells:
        """Write it, check it, run it."""
        if now < self._at:
            return SILENCE
        if self._image is None:
            self._at = inf
            self._device.restart(now)
            return SILENCE
        self._percent, self._at = self._percent + _PART, now + _EVERY
        progress = _info(LOADING, self._percent)
        return (progress,) if self._percent < 100 else (progress, *self._check(self._image, now))

    def due(self) -> float:
        """When the next part is written."""
        return self._at

    def _check(self, image: bytes, now: float) -> Tells:
        if md5(image).hexdigest() != self._md5:
            return self._end(FAILED)
        head = _HEAD.match(image)
        if head and head[1].decode("latin-1") != self._device.model:
            return self._end(BAD_SIGNATURE)
        named = _NAME.fullmatch(self._url)
        self._device.version = named[1] if named else _next(self._device.version)
        tells = self._end(DONE)
        self._at = now + _RESTART
        return tells

    def _end(self, status: int) -> Tells:
        self._md5, self._image, self._at = "", None, inf
        return (_info(status),)

    def _set(self, payload: Params, now: float) -> Outcome:
        wanted = want(payload, "upgrade", _Upgrade)
        if not re.fullmatch("[0-9a-fA-F]{32}", wanted.md5) or not wanted.url.startswith("http://") or self._md5:
            raise Refused
        self._md5, self._url = wanted.md5.lower(), wanted.url
        self.body.also(Fetch(wanted.url))
        return Outcome({}, (_info(LOADING, 0),))

    rows: ClassVar[Rows] = {"SET Control.Upgrade": _set}


def _info(status: int, percent: int | None = None) -> Tell:
    return Tell(
        "Control.Upgrade", {"upgradeInfo": {"status": status, **({} if percent is None else {"percent": percent})}}
    )


def _next(version: str) -> str:
    *head, last = version.split(".")
    return ".".join([*head, str(int(last) + 1)])
