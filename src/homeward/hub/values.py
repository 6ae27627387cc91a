"""Whether an entity can be set to a value, as far as its description tells; its family may know better."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TypeGuard

from homeward.errors import InvalidValue
from homeward.model import Entity, Platform, Value


def check(entity: Entity, value: Value) -> None:
    """Let a fitting value pass.

    Raises:
        InvalidValue: it does not fit; the message says what would.
    """
    if not entity.writable:
        raise InvalidValue(f"{entity.key} can be read but not set")
    wanted = _WANTED.get(entity.platform, _anything)(entity, value)
    if wanted:
        raise InvalidValue(f"{entity.key} takes {wanted}, not {value!r}")


def _anything(entity: Entity, value: Value) -> str:
    return ""


def _switch(entity: Entity, value: Value) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _choice(entity: Entity, value: Value) -> str:
    return "" if value in entity.options else f"one of {', '.join(entity.options)}"


def _number(entity: Entity, value: Value) -> str:
    least, most = entity.minimum, entity.maximum
    if _is_number(value) and (least is None or least <= value) and (most is None or value <= most):
        return ""
    bounds = [f"at {word} {bound:g}" for word, bound in (("least", least), ("most", most)) if bound is not None]
    return " ".join(["a number", " and ".join(bounds)]).rstrip() + (f" {entity.unit}" if entity.unit else "")


_WANTED: dict[Platform, Callable[[Entity, Value], str]] = {
    Platform.NUMBER: _number,
    Platform.SELECT: _choice,
    Platform.SWITCH: _switch,
}


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
