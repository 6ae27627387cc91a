"""Firmware images that the owner keeps for devices: a folder of `MODEL-VERSION.bin`, handed out over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from homeward.errors import InvalidValue, SettingsError
from homeward.families.base import Call, Home, Reply, Request
from homeward.families.meross import listing
from homeward.families.meross.namespaces import NAMESPACES, UPGRADE
from homeward.model import Device, Entity, Value

KEY = "firmware"
"""The entity that it is set by."""

_NAME = re.compile(r"([0-9a-z]{1,32})-(\d{1,4}(?:\.\d{1,4}){1,3})\.bin")
_PATH = "/firmware/"


class Image(NamedTuple):
    """A file that is there; `md5` is what it was when the house started."""

    path: Path
    md5: str


class Shelf:
    """The images in a folder, as they lay there at the start; without a folder there are none."""

    def __init__(self, home: Home, folder: str) -> None:
        """Raises SettingsError when the folder cannot be read."""
        self._home = home
        self._images: dict[str, Image] = {}
        self._versions: dict[str, list[str]] = {}
        try:
            paths = sorted(Path(folder).iterdir()) if folder else []
            for path in paths:
                if named := _NAME.fullmatch(path.name):
                    self._images[path.name] = Image(path, md5(path.read_bytes()).hexdigest())
                    self._versions.setdefault(named[1], []).append(named[2])
        except OSError as error:
            raise SettingsError(f"families.meross.firmware: {error}") from error

    def offer(self, device: Device, entities: Sequence[Entity]) -> Sequence[Entity]:
        """Those entities, the firmware with the versions that are there for the device's model, oldest first."""
        versions = sorted(self._versions.get(device.description.model, ()), key=_order)
        if not versions:
            return entities
        return [
            replace(entity, options=tuple(versions), writable=True) if entity.key == KEY else entity
            for entity in entities
        ]

    def upgrade(self, device: Device, version: Value) -> Call:
        """The request that has the device fetch that version and run it.

        Raises:
            InvalidValue: there is no such image, or the house has no door where a device can fetch it.
        """
        name = f"{device.description.model}-{version}.bin"
        image = self._images.get(name)
        if image is None:
            raise InvalidValue(f"there is no {name}", hint="Images are kept in the folder families.meross.firmware.")
        if "http" not in self._home.ports:
            raise InvalidValue("devices fetch firmware over plain HTTP, and this house has no such door")
        url = f"http://{listing.address(self._home, 'http', 80)}{_PATH}{name}"
        return Call(f"SET {UPGRADE}", NAMESPACES[UPGRADE].command({"url": url, "md5": image.md5}))

    def http(self, request: Request) -> Reply | None:
        """An image, to whoever asks for it; None for any other path."""
        if not request.path.startswith(_PATH):
            return None
        image = self._images.get(request.path.removeprefix(_PATH)) if request.method == "GET" else None
        try:
            return Reply(200, image.path.read_bytes(), "application/octet-stream") if image else _MISSING
        except OSError:
            return _MISSING


_MISSING = Reply(404, b'{"code":"not_found"}')


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
