from collections.abc import Mapping
from typing import Any

import pytest

from homeward.errors import StorageError
from homeward.net.vault import FactVault
from homeward.testing.store import MemoryStore


class Memories:
    """A hub's memory, and nothing else of it."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def claim_facts(self, owner: str) -> Mapping[str, Any]:
        return self._store.load().facts.get(owner, {})

    def remember(self, owner: str, key: str, value: Any) -> Any:
        return self._store.put_fact(owner, key, value)


def vault(store: MemoryStore, realm: str = "people") -> FactVault:
    return FactVault(Memories(store), realm)  # type: ignore[arg-type]


def test_what_is_put_is_found_after_a_restart_and_by_its_realm_alone() -> None:
    store = MemoryStore()
    one = vault(store)
    one.put("session me", b"\x00\xff")
    one.put("session you", b"2")
    one.put("session you", None)
    assert list(vault(store).items()) == [("session me", b"\x00\xff")]
    assert list(vault(store, "meross").items()) == []


def test_a_pledge_is_kept_when_the_store_has_committed() -> None:
    store = MemoryStore()
    store.hold()
    kept: list[int] = []
    one = vault(store)
    for number in range(2):
        one.put(f"session {number}", b"").then(lambda number=number: kept.append(number))  # type: ignore[misc]
    assert kept == []
    store.release()
    assert kept == [0, 1]


def test_what_the_store_refuses_is_told() -> None:
    store = MemoryStore(backlog=0)
    with pytest.raises(StorageError):
        vault(store).put("session me", b"")


def test_what_no_vault_wrote_is_told() -> None:
    store = MemoryStore()
    store.put_fact("mqtt people", "session me", "é")
    with pytest.raises(ValueError, match="ASCII"):
        list(vault(store).items())
