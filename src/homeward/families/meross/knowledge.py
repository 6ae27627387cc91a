"""What is known of one device, and what of a message is news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from homeward.families.base import Home, Note, Seen
from homeward.families.meross import description, notes, traits
from homeward.families.meross.namespaces import NAMESPACES
from homeward.families.meross.reading import Told
from homeward.families.meross.traits import Layout
from homeward.families.meross.wire import BadMessage, Message, Params, ReadMessage
from homeward.model import Value


class Heard(NamedTuple):
    """What a message says of a device: of itself, of its entities, and what was wrong with it."""

    seen: Seen | None = None
    values: dict[str, Value] | None = None
    notes: tuple[Note, ...] = ()
    doubts: Sequence[str] = ()
    """Namespaces to be asked for to learn what it only hints at."""
    renewed: bool = False
    """Whether it shows other entities now than before, or for the first time."""


class Knowledge:
    """Of one device, as far as reading its messages needs it."""

    __slots__ = ("_home", "_uuid", "layout", "timezone")

    def __init__(self, home: Home, uuid: str) -> None:
        self._home = home
        self._uuid = uuid
        self.layout: Layout | None = None
        self.timezone = ""

    def recall(self) -> None:
        """Take up what the house remembers."""
        native = self._native()
        self.layout = traits.layout(native)
        self.timezone = str(native.get("timezone", ""))

    def values(self, message: Message | ReadMessage, now: float) -> dict[str, Value] | None:
        """What an adopted device says of its entities; None if the message may say more than that, or is not sound."""
        namespace, layout = message.header.namespace, self.layout
        if layout is None or namespace not in _PLAIN:
            return None
        try:
            return layout.news(namespace, message.body(), (now, self.timezone))
        except BadMessage:
            return None

    def hear(self, message: Message | ReadMessage, now: float, *, adopted: bool) -> Heard | None:
        """What the message says; None if nothing. Only an adopted device is heard on its entities."""
        namespace = message.header.namespace
        tells = adopted and namespace in traits.TELLING
        if not (tells or namespace in _DESCRIBING):
            return None
        try:
            payload = message.body()
            seen = self._describe(namespace, payload) if namespace in description.NAMESPACES else None
            told = self._read(namespace, payload, now) if tells else None
            if told and not (told.unknown or namespace in notes.TEACHING):
                faults = self._faults(namespace, told) if told.faults else ()
                return Heard(seen, told.values, faults, told.doubts)
            return self._learn(namespace, payload, seen, told, now)
        except BadMessage as error:
            return Heard(notes=(Note("bad_payload", f"{self._uuid}: {namespace}: {error}"),))

    def _learn(self, namespace: str, payload: Params, seen: Seen | None, told: Told | None, now: float) -> Heard:
        """Note what is new of it, and read it in that light."""
        native = self._native()
        before, changed = self.layout, notes.learn(native, namespace, payload)
        if changed:
            seen = replace(seen, native={**seen.native, **changed}) if seen else Seen(self._uuid, native=changed)
            self.layout = traits.layout({**native, **changed})
            told = self._read(namespace, payload, now) if told else None
        renewed = self.layout is not None and self.layout is not before
        if told is None:
            return Heard(seen, renewed=renewed)
        return Heard(seen, told.values, self._faults(namespace, told), told.doubts, renewed)

    def _describe(self, namespace: str, payload: Params) -> Seen | None:
        seen = description.seen(self._uuid, namespace, payload)
        if seen:
            self.timezone = str(seen.native.get("timezone", self.timezone))
        return seen

    def _read(self, namespace: str, payload: Params, now: float) -> Told:
        return self.layout.values(namespace, payload, (now, self.timezone)) if self.layout else Told({}, [], [], [])

    def _faults(self, namespace: str, told: Told) -> tuple[Note, ...]:
        where = f"{self._uuid}: {namespace}"
        found = [Note("bad_payload", f"{where}: {fault}") for fault in told.faults]
        if told.unknown:
            key = NAMESPACES[namespace].shape.keyed_by or "channel"
            found.append(Note("unknown_channel", f"{where}: {key} {', '.join(told.unknown)[:64]}"))
        return tuple(found)

    def _native(self) -> Mapping[str, Any]:
        device = self._home.device(self._uuid)
        return device.native if device else {}


_DESCRIBING = description.NAMESPACES | (notes.TEACHING - traits.TELLING)
_PLAIN = traits.TELLING - notes.TEACHING - description.NAMESPACES
