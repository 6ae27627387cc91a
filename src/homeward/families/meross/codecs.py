"""How single values look on the wire: each codec reads a native value and writes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from math import isfinite
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.meross.wire import BadMessage
from homeward.model import Value

Moment: TypeAlias = tuple[float, str]
"""When a device said something, and the IANA name of its time zone; empty: it never told one."""
Lasting: TypeAlias = Mapping[str, Any]
"""The lasting fields of the item that is written to."""


def read_only(value: Value, lasting: Lasting) -> Any:
    """What cannot be written."""
    raise InvalidValue("cannot be set")


Read: TypeAlias = Callable[[Any, Moment], Value]


class Codec(NamedTuple):
    """`read` raises BadMessage; its None says nothing. `write` raises InvalidValue.

    One of a `whole` item is given the item, and writes several fields of it.
    """

    read: Read
    write: Callable[[Value, Lasting], Any] = read_only
    whole: bool = False


def number(parts: int = 1) -> Codec:
    """A number that counts `parts` to the unit."""

    def read(raw: Any, moment: Moment) -> Value:
        if type(raw) is int and -_MOST < raw < _MOST:
            return raw if parts == 1 else raw / parts
        if type(raw) is float and isfinite(raw):
            return raw if parts == 1 else raw / parts
        raise BadMessage(f"no number but {raw!r:.40}")

    def write(value: Value, lasting: Lasting) -> int:
        return round(_wanted_number(value) * parts)

    return Codec(read, write)


def flag(on: int = 1, off: int = 0) -> Codec:
    """One number for true, another for false."""

    def write(value: Value, lasting: Lasting) -> int:
        return on if _wanted_bool(value) else off

    return Codec(lambda raw, moment: _integer(raw) == on, write)


def running(on: int, off: int) -> Codec:
    """False for one number, true for any other; the one that true is written as."""
    return flag(on, off)._replace(read=lambda raw, moment: _integer(raw) != off)


def flags(*on: int) -> Codec:
    """True for any of these numbers; it cannot be written."""
    return Codec(lambda raw, moment: _integer(raw) in on)


def choice(words: Mapping[int, str]) -> Codec:
    """A word for each number."""
    numbers = {word: number for number, word in words.items()}

    def read(raw: Any, moment: Moment) -> Value:
        word = words.get(_integer(raw))
        if word is None:
            raise BadMessage(f"{raw!r:.40} is none of {sorted(words)}")
        return word

    def write(value: Value, lasting: Lasting) -> int:
        found = numbers.get(value) if isinstance(value, str) else None
        if found is None:
            raise InvalidValue(f"takes one of {', '.join(numbers)}, not {value!r}")
        return found

    return Codec(read, write)


def text() -> Codec:
    """A string that cannot be written."""

    def read(raw: Any, moment: Moment) -> Value:
        if not isinstance(raw, str):
            raise BadMessage(f"no string but {raw!r:.40}")
        return raw

    return Codec(read)


def press() -> Codec:
    """A button: there is nothing to read, and whatever is written presses it."""
    return Codec(lambda raw, moment: None, lambda value, lasting: {}, whole=True)


def valid(field: str, bit: int, codec: Codec) -> Codec:
    """A field of a light, which counts while `capacity` has its bit; -1 and absence never do. Writing sets that bit."""

    def read(item: Any, moment: Moment) -> Value:
        raw = item.get(field, -1)
        capacity = item.get("capacity", bit)
        return None if raw == -1 or not _integer(capacity) & bit else codec.read(raw, moment)

    def write(value: Value, lasting: Lasting) -> Any:
        return {"capacity": bit, field: codec.write(value, lasting)}

    return Codec(read, write, whole=True)


def colour() -> Codec:
    """Red, green and blue in one integer; `#rrggbb` for people."""

    def read(raw: Any, moment: Moment) -> Value:
        if not 0 <= _integer(raw) <= _WHITE:
            raise BadMessage(f"no colour: {raw!r:.40}")
        return f"#{raw:06x}"

    def write(value: Value, lasting: Lasting) -> int:
        try:
            found = int(value[1:], 16) if isinstance(value, str) and len(value) == 7 and value[0] == "#" else -1
        except ValueError:
            found = -1
        if not 0 <= found <= _WHITE:
            raise InvalidValue(f"takes a colour as #rrggbb, not {value!r}")
        return found

    return Codec(read, write)


def kelvin() -> Codec:
    """White from warm, 1, to cold, 100."""

    def read(raw: Any, moment: Moment) -> Value:
        step = _integer(raw)
        if not 1 <= step <= 100:
            raise BadMessage(f"no temperature of white: {raw!r:.40}")
        return round(WARMEST + (step - 1) * (COLDEST - WARMEST) / 99)

    def write(value: Value, lasting: Lasting) -> int:
        wanted = min(max(_wanted_number(value), WARMEST), COLDEST)
        return 1 + round((wanted - WARMEST) * 99 / (COLDEST - WARMEST))

    return Codec(read, write)


def shutter() -> Codec:
    """Whether a shutter is closed, by its position; -1, which stops it, is no place."""

    def read(raw: Any, moment: Moment) -> Value:
        place = _integer(raw)
        return None if place < 0 else "open" if place else "closed"

    return Codec(read, choice({100: "open", 0: "closed", -1: "stop"}).write)


def position() -> Codec:
    """Percent open."""
    return number()._replace(read=lambda raw, moment: place if 0 <= (place := _integer(raw)) <= 100 else None)


def motion() -> Codec:
    """Where a shutter is going; at rest it is for its position to say."""
    return Codec(lambda raw, moment: {1: "opening", 2: "closing"}.get(_integer(raw)))


def speed_is_on() -> Codec:
    """A fan that stands still is off; on it turns slowly."""
    return Codec(lambda raw, moment: _integer(raw) > 0, lambda value, lasting: int(_wanted_bool(value)))


def speed() -> Codec:
    """A fan's speed in percent of its `maxSpeed`."""

    def read(item: Any, moment: Moment) -> Value:
        if not {"speed", "maxSpeed"} <= item.keys():
            return None
        return round(100 * _integer(item["speed"]) / max(_integer(item["maxSpeed"]), 1))

    def write(value: Value, lasting: Lasting) -> Any:
        most = lasting.get("maxSpeed")
        return {"speed": round(_wanted_number(value) * (most if type(most) is int else _USUAL_SPEEDS) / 100)}

    return Codec(read, write, whole=True)


def words(written: Mapping[str, Mapping[str, int]]) -> Codec:
    """The first word whose fields are all as it has them; written, they become so."""

    def read(item: Any, moment: Moment) -> Value:
        return next((word for word, fields in written.items() if fields.items() <= item.items()), None)

    def write(value: Value, lasting: Lasting) -> Any:
        found = written.get(value) if isinstance(value, str) else None
        if found is None:
            raise InvalidValue(f"takes one of {', '.join(written)}, not {value!r}")
        return dict(found)

    return Codec(read, write, whole=True)


def mts300_action() -> Codec:
    """What an mts300 does: it counts the stages of heat, cold and fan that are on."""

    def read(more: Any, moment: Moment) -> Value:
        if type(more) is not dict:
            raise BadMessage("no object")
        stages = (("hStatus", "heating"), ("aStatus", "heating"), ("cStatus", "cooling"), ("fStatus", "fan"))
        return next((word for field, word in stages if _integer(more.get(field, 0))), "idle")

    return Codec(read)


def effect() -> Codec:
    """The name of the light effect that is enabled, empty for none; lasting is what is known of each by its id."""

    def read(effects: Any, moment: Moment) -> Value:
        found = (item.get("effectName") for item in _objects(effects) if item.get("enable") == 1)
        return next((name for name in found if isinstance(name, str)), "")

    def write(value: Value, lasting: Lasting) -> Any:
        for number, known in lasting.items():
            if known.get("effectName") == value:
                return {"Id": number, "enable": 1}
        raise InvalidValue(f"there is no effect {value!r}")

    return Codec(read, write, whole=True)


def days() -> Codec:
    """kWh of the device's own day so far. Days come in any order, and one that used nothing may be missing."""

    def read(rows: Any, moment: Moment) -> Value:
        today = _local(*moment).date().isoformat()
        used = [_integer(row.get("value")) for row in _objects(rows) if row.get("date") == today]
        return max(used, default=0) / 1000

    return Codec(read)


def hours() -> Codec:
    """The same from Wh hour by hour, in any order too."""

    def read(rows: Any, moment: Moment) -> Value:
        today = _local(*moment).date()
        used = {_integer(row.get("timestamp")): _integer(row.get("value")) for row in _objects(rows)}
        try:
            return sum(wh for at, wh in used.items() if _local(at, moment[1]).date() == today) / 1000
        except (ValueError, OverflowError, OSError):
            raise BadMessage("a time that is none") from None

    return Codec(read)


WARMEST, COLDEST = 2_700, 6_500
_MOST = 2**53
_WHITE = 0xFFFFFF
_USUAL_SPEEDS = 4


def _integer(raw: Any) -> int:
    if type(raw) is not int:
        raise BadMessage(f"no integer but {raw!r:.40}")
    return raw


def _objects(rows: Any) -> list[dict[str, Any]]:
    if type(rows) is not list or any(type(row) is not dict for row in rows):
        raise BadMessage("no list of objects")
    return rows


def _wanted_number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
        raise InvalidValue(f"takes a number, not {value!r}")
    return value


def _wanted_bool(value: Value) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"takes true or false, not {value!r}")
    return value


def _local(at: float, timezone: str) -> datetime:
    return datetime.fromtimestamp(at, _zone(timezone))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")
