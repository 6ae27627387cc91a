"""The bus of one process: plain calls."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from homeward.model import Event

_log = structlog.get_logger("homeward.bus")


class LocalBus:
    """Calls every listener in the order in which they subscribed."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[Event], None], ...] = ()

    def publish(self, event: Event) -> None:
        """Tell everyone who listens. A listener that fails is logged and hurts nobody else."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - whatever a guest does wrong, the house goes on
                _log.exception("listener failed", seq=event.seq)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Listen from now on; the returned function stops it. A listener must not block."""
        self._listeners += (listener,)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners = tuple(known for known in self._listeners if known != listener)
