"""Group commit: what is written within a moment of each other goes to the disk together.

The first row of a quiet period is committed at once; while the writer rests after a commit, or is at work, rows gather.
"""

from __future__ import annotations

import asyncio

import structlog

from homeward import settings
from homeward.clock import Clock, Handle
from homeward.errors import StorageError
from homeward.store.pending import EVENT_WIDTH, Pending
from homeward.store.writer import Writer

RETRY = 1.0
"""Seconds between two attempts to write what could not be written."""

_log = structlog.get_logger("homeward.store")


class GroupCommit:
    """Hands batches to the writer, one at a time, each until it is committed."""

    def __init__(self, writer: Writer, clock: Clock, limits: settings.Store) -> None:
        self.trouble = ""
        self.pending = Pending()
        """The batch that gathers now."""
        self.space = limits.backlog * EVENT_WIDTH
        """The weight `pending` may reach."""
        self._writer, self._clock, self._rest = writer, clock, limits.commit_interval
        self._writing: Pending | None = None
        self._timer: Handle | None = None
        self._draining: asyncio.Future[str] | None = None

    def take(self) -> Pending:
        """The batch that gathers, if it has room for one row more and an event to tell of it.

        Raises:
            StorageError: it has not.
        """
        if self.pending.weight() + 2 * EVENT_WIDTH > self.space:
            raise self.full()
        return self.pending

    def full(self) -> StorageError:
        """The error that says that nothing more is taken, and why."""
        reason = self.trouble or "more comes in than it can write"
        return StorageError(f"the store takes nothing more for now: {reason}", hint="Make room on its disk.")

    def wake(self) -> None:
        """Something was added to `pending`: see to it that it is committed."""
        if self._timer is None and self._writing is None:
            self._timer = self._clock.call_later(0.0, self._flush)

    async def drain(self) -> str:
        """Take nothing more and write what is pending. Returns "" or, after one attempt, why that cannot be."""
        self.space = 0
        reason = ""
        if self.trouble and self._timer:
            self._submit()
        while not reason and (self._writing or self.pending.any()):
            self._draining = asyncio.get_running_loop().create_future()
            self._flush()
            reason = await self._draining
        self._stop_timer()
        self.trouble = "the store is closed"
        return reason

    def unwritten(self) -> int:
        """How many events are not committed."""
        return (len(self.pending.events) + (len(self._writing.events) if self._writing else 0)) // EVENT_WIDTH

    def _flush(self) -> None:
        self._stop_timer()
        if self._writing is None and self.pending.any():
            self._writing, self.pending = self.pending, Pending()
            self.space -= self._writing.weight()
            self._submit()
            self._timer = self._clock.call_later(self._rest, self._flush)

    def _submit(self) -> None:
        self._stop_timer()
        if self._writing is not None:
            self._writer.submit(self._writing.write, self._done)

    def _done(self, reason: str) -> None:
        if reason:
            self._failed(reason)
        else:
            self._committed()
        if self._draining:
            self._draining.set_result(reason)

    def _committed(self) -> None:
        written, self._writing = self._writing, None
        if self.trouble:
            _log.info("the store writes again")
            self.trouble = ""
        if written is not None:
            self.space += written.weight()
            written.commit()
        if self._timer is None and not self._draining:
            self._flush()

    def _failed(self, reason: str) -> None:
        if reason != self.trouble:
            _log.error("the store cannot write; what comes in waits", reason=reason)
            self.trouble = reason
        self._stop_timer()
        self._timer = self._clock.call_later(RETRY, self._submit)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
