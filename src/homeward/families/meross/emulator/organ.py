"""What an emulated device is made of: organs, each with its own state, part of the protocol, and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from homeward.families.base import Effect
from homeward.families.meross.emulator.clock import Clock
from homeward.families.meross.wire import Params

NOT_SUPPORTED, BAD_SIGN = 5000, 5001
END_OF_TIME = 2**32 - 1
"""What a device's clock can count to, in seconds since the epoch."""
_T = TypeVar("_T")
_K = TypeVar("_K", int, str)


class Refused(Exception):
    """The device answers with ERROR and this code."""

    def __init__(self, code: int = NOT_SUPPORTED) -> None:
        super().__init__(code)
        self.code = code


class HungUp(Exception):
    """The device ends the connection in place of an answer."""


class Tell(NamedTuple):
    """What the cloud is to be told: a namespace without `Appliance.`, and the payload."""

    name: str
    payload: Params


Tells: TypeAlias = Sequence[Tell]
SILENCE: Tells = ()


class Outcome(NamedTuple):
    """The answer's payload, and what the cloud is told of it."""

    payload: Params
    tells: Tells = SILENCE


class Body(Protocol):
    """What an organ may ask of the device that it is in. `now` is always the world's time, `clock` the device's own."""

    clock: Clock
    zone: ZoneInfo
    quirks: frozenset[str]

    def randomness(self, count: int, /) -> bytes:
        """So many random bytes."""

    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""

    def act(self, request: str, payload: Params, now: float) -> Tells:
        """Have another organ do a request; it tells what came of it, and nothing when it cannot be done."""

    def also(self, effect: Effect) -> None:
        """Have this done when all that is to be said now has been said."""

    def moved(self, channel: int, now: float) -> None:
        """Something was turned on or off, which others may act upon."""


Row: TypeAlias = Callable[[Any, Params, float], Outcome]
Rows: TypeAlias = Mapping[str, Row]


class Organ:
    """One part. `rows` are its requests, as `SET Control.ToggleX`; each is given the payload and the time.

    A row raises Refused for what it cannot do, before it has done anything.
    """

    rows: ClassVar[Rows] = {}
    bounds: Mapping[str, tuple[float, float]] = {}
    """What a hand can set, and between which bounds: attributes, unless `put` and `get` know better."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def advance(self, now: float) -> Tells:
        """Time has passed."""
        return SILENCE

    def due(self) -> float:
        """When something will happen by itself, in the world's time."""
        return inf

    def retimed(self, now: float) -> None:
        """The device's clock, zone or position is another one."""

    def noticed(self, channel: int, now: float) -> None:
        """Another organ was turned on or off."""

    def boot(self, now: float) -> Tells:
        """What it tells when the device presents itself."""
        return SILENCE

    def digest(self) -> Params:
        """Its place in System.All."""
        return {}

    def put(self, key: str, value: float, now: float) -> Tells:
        """A hand sets one of its `bounds`."""
        setattr(self, key, value)
        return SILENCE

    def get(self) -> Mapping[str, float]:
        """How all that stands."""
        return {key: getattr(self, key) for key in self.bounds}


def want(payload: Params, key: str, kind: type[_T]) -> _T:
    """What a request has at `key`, checked; refused when it is anything else."""
    try:
        return msgspec.convert(payload.get(key), kind)
    except msgspec.ValidationError:
        raise Refused from None


def items(payload: Params, key: str) -> list[Params]:
    """The objects at `key`: devices take one or a list of them."""
    found = payload.get(key)
    return want({key: found if isinstance(found, list) else [found]}, key, list[Params])


def pick(things: Mapping[_K, _T], item: Params, by: str = "channel") -> _T:
    """The thing that an item is about: its channel (0 when it says none), its id; refused when there is none."""
    name = item.get(by, 0)
    if type(name) not in (int, str) or name not in things:
        raise Refused
    return things[name]


def asked(things: Mapping[_K, _T], payload: Params, key: str, by: str = "channel") -> list[_T]:
    """What a GET wants to know about: those things that it names, and all when it names none."""
    found = payload.get(key)
    named = [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict) and by in item]
    return [pick(things, item, by) for item in named] or list(things.values())


def changes(current: Params, item: Params, **bounds: tuple[float, float]) -> Params:
    """The fields of an item that are fields of `current`, checked against it; what names the thing is left out.

    A number is held within its bounds, where it has some.
    """
    found = {key: item[key] for key in item.keys() & current.keys() - {"channel", "id", "subId", "lmTime"}}
    if any(not _alike(current[key], value) for key, value in found.items()):
        raise Refused
    return {key: _held(value, bounds[key]) if key in bounds else value for key, value in found.items()}


def _alike(old: Any, new: Any) -> bool:
    return type(old) is type(new) or (type(old) is float and type(new) is int)


def _held(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return type(value)(min(max(value, low), high))
