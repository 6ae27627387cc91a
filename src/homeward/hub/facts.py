"""What families and parts of the house asked to remember, in memory and in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeward.store.base import Batch, Store


class Facts:
    """JSON-able facts by owner and key."""

    def __init__(self, store: Store, facts: dict[str, dict[str, Any]]) -> None:
        self._store, self._facts = store, facts
        self._claimed: set[str] = set()
        self.batch: Batch | None = None
        """That of the last fact."""

    def of(self, owner: str) -> Mapping[str, Any]:
        """The facts of one owner, as they change."""
        return self._facts.setdefault(owner, {})

    def claim(self, owner: str) -> Mapping[str, Any]:
        """The facts of an owner who has them in mind by itself from now on: they are stored, and not kept here."""
        self._claimed.add(owner)
        return self._facts.pop(owner, {})

    def remember(self, owner: str, key: str, value: Any) -> Batch:
        """Keep a fact, or forget it when the value is None; raises as `Store.put_fact`."""
        batch = self.batch = self._store.put_fact(owner, key, value)
        if owner not in self._claimed:
            facts = self._facts.setdefault(owner, {})
            facts.pop(key, None)
            facts |= {} if value is None else {key: value}
        return batch
