"""The words everything else speaks: devices, their entities, states, events. Data only.

Platforms, device classes, state classes and units are Home Assistant's. Times are seconds since the epoch.
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

Value: TypeAlias = bool | int | float | str | None
"""A state as people see it: in the entity's unit, already scaled."""


class Platform(StrEnum):
    """What kind of thing an entity is; Home Assistant's names."""

    ALARM_CONTROL_PANEL = "alarm_control_panel"
    BINARY_SENSOR = "binary_sensor"
    BUTTON = "button"
    CAMERA = "camera"
    CLIMATE = "climate"
    COVER = "cover"
    EVENT = "event"
    FAN = "fan"
    HUMIDIFIER = "humidifier"
    IMAGE = "image"
    LIGHT = "light"
    NUMBER = "number"
    SELECT = "select"
    SENSOR = "sensor"
    SWITCH = "switch"
    TEXT = "text"
    UPDATE = "update"
    VACUUM = "vacuum"


class Entity(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing a device shows or can be told. `key` is unique within its device and stable for ever."""

    key: str
    platform: Platform
    name: str
    device_class: str | None = None
    unit: str | None = None
    state_class: str | None = None
    category: str | None = None
    """`config`, `diagnostic`, or None for what the device is there for."""
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    writable: bool = False
    of: str = ""
    """The entity whose attribute this is: with `of="light"`, the key `light_brightness` is its `brightness`.

    The attributes are Home Assistant's.
    """
    part: str = ""
    """The part of the device it belongs to, as people call it: a hub's sub-device. Empty: the device itself."""


class Description(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device says of itself. An empty string is a thing it has not said yet."""

    model: str = ""
    manufacturer: str = ""
    hardware: str = ""
    firmware: str = ""
    mac: str = ""
    address: str = ""
    """Its own address on the LAN, as it tells it."""


class Device(msgspec.Struct):
    """A device the house has met. `id` is `{family}-{native_id}`; `native` is its family's own notes about it."""

    id: str
    family: str
    native_id: str
    name: str
    adopted: bool = False
    first_seen: float = 0.0
    description: Description = Description()
    native: dict[str, Any] = {}


class State(msgspec.Struct, frozen=True, gc=False):
    """The last known value of an entity, and when it was told."""

    value: Value
    at: float


class Availability(msgspec.Struct, frozen=True):
    """Whether a device can be reached, on what evidence, and since when."""

    online: bool
    reason: str
    since: float


class EventKind(StrEnum):
    """What an event tells."""

    PENDING = "pending"
    """A device never seen before has called; it waits for its owner."""
    ADOPTED = "adopted"
    REMOVED = "removed"
    DESCRIBED = "described"
    """A device told something new of itself; data is its description."""
    STATE = "state"
    """Entities changed; data maps entity keys to values."""
    ONLINE = "online"
    OFFLINE = "offline"
    HAPPENED = "happened"
    """Something that is no state (an alarm, a button); data has `what` and the family's details."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """Something that was, in the order of `seq`. An event that anyone has heard of is stored."""

    seq: int
    at: float
    device: str
    kind: EventKind
    data: dict[str, Any]


class Secret:
    """A string that is never shown: whoever prints, logs or encodes it gets an ellipsis or an error.

    Only `reveal` gives the string, so that every place a secret leaves by can be found by searching for that word.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The string itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__
