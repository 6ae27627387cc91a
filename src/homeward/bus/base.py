"""The bus: how those who listen hear of what has happened. What travels on it is stored already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from homeward.model import Event


class Bus(Protocol):
    """Carries each event to every listener, in the order of `seq`."""

    def publish(self, event: Event) -> None:
        """Tell everyone who listens. A listener that fails is logged and hurts nobody else."""

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Listen from now on; the returned function stops it. A listener must not block."""
