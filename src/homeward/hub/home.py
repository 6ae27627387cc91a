"""The house as one family sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from homeward.hub.availability import Presences
from homeward.hub.registry import Registry
from homeward.model import Device


class FamilyHome:
    """Fulfils `Home` for the family of that name: it sees its own devices and facts, and no others."""

    def __init__(
        self,
        family: str,
        *,
        registry: Registry,
        presences: Presences,
        facts: Mapping[str, Any],
        settings: Any,
        randomness: Callable[[int], bytes],
        advertise: str,
        ports: Mapping[str, int],
    ) -> None:
        self.advertise, self.ports, self.settings = advertise, ports, settings
        self.random = randomness
        self._family, self._registry, self._presences, self._facts = family, registry, presences, facts

    def device(self, native_id: str) -> Device | None:
        """The device of this family with that id, pending or adopted."""
        record = self._registry.get(self._family, native_id)
        return record.device if record else None

    def devices(self) -> Iterable[Device]:
        """All devices of this family, pending ones included."""
        return [record.device for record in self._registry.of_family(self._family).values()]

    def is_online(self, native_id: str) -> bool:
        """Whether a device is connected now."""
        return self._presences.of(f"{self._family}-{native_id}").link is not None

    def facts(self) -> Mapping[str, Any]:
        """What the family asked to `Remember`, forgotten facts left out."""
        return self._facts
