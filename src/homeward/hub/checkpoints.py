"""The twin is saved now and then, so that a start need not replay the whole history."""

from __future__ import annotations

import structlog

from homeward.errors import StorageError
from homeward.hub.journal import Journal
from homeward.hub.registry import Registry
from homeward.store.base import Store

_log = structlog.get_logger("homeward.hub")


class Checkpoints:
    """Saves what changed since the last time; the first time, everything."""

    def __init__(self, store: Store, journal: Journal, registry: Registry) -> None:
        self._store, self._journal, self._registry = store, journal, registry
        self._covered = -1

    def save(self) -> None:
        """Do it, if there is anything to save. A store that takes nothing now is asked again the next time."""
        changed = {record.device.id: record.twin.states for record in self._registry if record.twin.seq > self._covered}
        if not changed:
            return
        try:
            self._store.checkpoint(changed)
        except StorageError as error:
            _log.warning("the twin was not saved", reason=str(error))
        else:
            self._covered = self._journal.seq
