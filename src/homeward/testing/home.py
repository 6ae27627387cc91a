"""The house as a family sees it, without a house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from homeward.families.base import Effects, Remember, Seen
from homeward.model import Description, Device


def seeded(seed: int = 0) -> Callable[[int], bytes]:
    """Random bytes, the same in every run."""
    return Random(seed).randbytes  # noqa: S311 - reproducible is what it is for


class FakeHome:
    """The house as a family sees it, in dictionaries."""

    def __init__(self, settings: Any = None, facts: Mapping[str, Any] | None = None) -> None:
        self.advertise = "home.test"
        self.ports: Mapping[str, int] = {"mqtts": 8883, "http": 8080, "https": 8443}
        self.settings = settings
        self.random = seeded()
        self.known: dict[str, Device] = {}
        self.online: set[str] = set()
        self.remembered: dict[str, Any] = dict(facts or {})

    def device(self, native_id: str) -> Device | None:
        """The device with that id."""
        return self.known.get(native_id)

    def devices(self) -> Iterable[Device]:
        """All devices."""
        return list(self.known.values())

    def is_online(self, native_id: str) -> bool:
        """Whether it is connected."""
        return native_id in self.online

    def facts(self) -> Mapping[str, Any]:
        """What was remembered so far."""
        return dict(self.remembered)

    def remember(self, effects: Effects) -> None:
        """Keep facts."""
        for effect in effects:
            if isinstance(effect, Remember):
                self.remembered[effect.key] = effect.value
                if effect.value is None:
                    del self.remembered[effect.key]

    def see(self, family: str, seen: Seen) -> None:
        """Note what a device said of itself."""
        new = Device(f"{family}-{seen.native_id}", family, seen.native_id, seen.name or seen.native_id)
        device = self.known.setdefault(seen.native_id, new)
        said = {name: text for name, text in _fields(seen.description).items() if text}
        device.description = Description(**{**_fields(device.description), **said})
        device.native = {**device.native, **seen.native}


def _fields(description: Description) -> dict[str, str]:
    return {name: getattr(description, name) for name in Description.__struct_fields__}
