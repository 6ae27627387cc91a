"""The moves that were made from this machine, kept so that they can be undone. They hold keys: the file is private."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from homeward.cli.failure import Failure


class Call(msgspec.Struct, frozen=True):
    """Where a device calls, as whose, and with which key."""

    host: str
    port: int
    user_id: str
    key: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port} as user {self.user_id}"

    __repr__ = __str__

    def shown(self) -> dict[str, Any]:
        """All but the key."""
        return {"host": self.host, "port": self.port, "user_id": self.user_id}


class Move(msgspec.Struct, frozen=True):
    """One device's move."""

    address: str
    before: Call
    after: Call


class Moves:
    """The last move of each device, by its uuid."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> dict[str, Move]:
        """Every one."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Move])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise Failure(f"cannot read {self._file}: {error}") from error

    def keep(self, uuid: str, move: Move) -> None:
        """Keep a device's move. Of several in a row the first `before` is kept: that is where it came from."""
        known = self.all()
        before = known[uuid].before if uuid in known and known[uuid].after == move.before else move.before
        self._write({**known, uuid: Move(move.address, before, move.after)})

    def forget(self, uuid: str) -> None:
        """It is undone."""
        self._write({name: move for name, move in self.all().items() if name != uuid})

    def _write(self, moves: dict[str, Move]) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(moves))
                os.fsync(file.fileno())
            fresh.replace(self._file)
        except OSError as error:
            raise Failure(f"cannot write {self._file}: {error.strerror}") from error
