"""Where a broker keeps what must outlive the process: among the facts of the house."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator

from homeward.hub.hub import Hub
from homeward.store.base import Batch


class FactVault:
    """The vault of one realm's broker."""

    def __init__(self, hub: Hub, realm: str) -> None:
        self._hub = hub
        self._owner = f"mqtt {realm}"

    def items(self) -> Iterator[tuple[str, bytes]]:
        """What it held at start, to be asked for once.

        Raises:
            ValueError: it holds what no vault wrote.
        """
        for key, value in self._hub.claim_facts(self._owner).items():
            yield key, b64decode(value)

    def put(self, key: str, value: bytes | None) -> Batch:
        """Keep a value under a key, None to forget it.

        Raises:
            StorageError: the store takes nothing more for now.
        """
        return self._hub.remember(self._owner, key, None if value is None else b64encode(value).decode())
