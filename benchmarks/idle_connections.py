"""What a connection that only waits costs in memory: an app's, plain and over TLS, and a device's, twin and all."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from threading import Event
from typing import Protocol

from benchmarks.meross_devices import KEY, USER_ID, App, Device
from benchmarks.processes import resident
from benchmarks.table import show
from tests.peers.house import House

LIMIT = 20_000
"""Bytes that an idle connection may cost."""

CONNECTIONS = 1_000


class Caller(Protocol):
    """Whoever is connected when made."""

    connection: socket


def measure(count: int = CONNECTIONS) -> dict[str, float]:
    """Bytes of the server's own memory that one more connection of each kind costs."""
    with tempfile.TemporaryDirectory() as directory, House(Path(directory)) as house:
        house.account("me@example.com", "Secret 1", KEY, USER_ID)
        tls = ssl.create_default_context(cafile=house.ca)
        kinds: dict[str, Callable[[int], Caller]] = {
            "app": lambda number: App(number, house.door),
            "app over TLS": lambda number: App(number, house.door, tls),
            "device": lambda number: Device(number, house.door),
            "device over TLS": lambda number: Device(number, house.door, tls),
        }
        return {name: _cost(house, kind, count, turn) for turn, (name, kind) in enumerate(kinds.items())}


def main() -> bool:
    """Whether the limit was kept by a connection over TLS."""
    measured = measure()
    rows = [(name, f"{cost / 1_000:.1f} kB") for name, cost in measured.items()]
    show(
        f"An idle MQTT connection, {CONNECTIONS} of each kind (at most {LIMIT / 1_000:.0f} kB over TLS)",
        ("", "memory"),
        rows,
    )
    return measured["app over TLS"] <= LIMIT


def _cost(house: House, kind: Callable[[int], Caller], count: int, turn: int) -> float:
    """Measured on the later ones: the first make the server grow what it has once."""
    first = turn * 10_000
    with ExitStack() as stack:

        def call(numbers: Sequence[int]) -> None:
            for number in numbers:
                stack.callback(kind(number).connection.close)
            Event().wait(1)

        call(range(first, first + count // 5))
        before = resident(house.process.pid)
        call(range(first + count // 5, first + count // 5 + count))
        return (resident(house.process.pid) - before) / count
