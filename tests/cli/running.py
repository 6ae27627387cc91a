"""A house that runs on a loop of its own, for commands that call it over real sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from homeward.testing.store import MemoryStore
from homeward.web.server import Server
from tests.web.house import WebHouse

T = TypeVar("T")


class RunningHouse:
    """A `WebHouse` behind a server on loopback, which has left its token in `data`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.store = MemoryStore()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._port = 0
        self.run(self.start())

    @property
    def url(self) -> str:
        """Where it is."""
        return self._server.url

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on its loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def lamp(self, *args: Any, **options: Any) -> Any:
        """See `WebHouse.lamp`."""
        return self._do(self.house.lamp, *args, **options)

    def report(self, *args: Any, **values: Any) -> None:
        """See `WebHouse.report`."""
        self._do(self.house.report, *args, **values)

    async def start(self) -> None:
        """Start, on the port it had before if there was one, with nothing in memory but what was stored."""
        self.house = WebHouse(self.store)
        self._server = Server(self.house.app, "127.0.0.1", self._port, self.house.settings.limits)
        self._server.bind()
        self._port = self._server.port
        self.house.auth.leave_local(self.data, self._server.url)
        await self._server.start()

    async def stop(self) -> None:
        """Stop the server."""
        await self._server.stop()

    def close(self) -> None:
        """Stop, and end the loop."""
        self.run(self.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, function: Any, *args: Any, **options: Any) -> Any:
        async def work() -> Any:
            return function(*args, **options)

        return self.run(work())
