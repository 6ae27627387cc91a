"""What a handler of the API has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from homeward.clock import Clock
from homeward.errors import StorageError
from homeward.net.doorlog import Handshake
from homeward.settings import Settings
from homeward.web.auth import Auth

if TYPE_CHECKING:
    from homeward.hub.hub import Hub
    from homeward.store.base import Batch


class Context(NamedTuple):
    """The house, as the web sees it."""

    hub: Hub
    auth: Auth
    settings: Settings
    clock: Clock
    handshakes: Callable[[], Sequence[Handshake]]

    async def stored(self, batch: Batch | None) -> None:
        """Return when the batch is committed.

        Raises:
            StorageError: that took longer than a device is given to answer; it may still come to pass.
        """
        done = asyncio.Event()
        if batch:
            batch.then(done.set)
            try:
                await asyncio.wait_for(done.wait(), self.settings.commands.deadline)
            except TimeoutError as error:
                raise StorageError(
                    "the store does not get to writing this down", hint=self.hub.trouble().get("store", "")
                ) from error
