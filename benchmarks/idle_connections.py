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


KINDS: dict[str, Callable[[int, int, ssl.SSLContext], Caller]] = {
    "app": lambda number, port, tls: App(number, port),
    "app over TLS": App,
    "device": lambda number, port, tls: Device(number, port),
    "device over TLS": Device,
}


def measure(kind: str, count: int) -> float:
    """Bytes of the server's own memory that one more idle connection of a kind costs."""
    with tempfile.TemporaryDirectory() as directory, House(Path(directory)) as house, ExitStack() as stack:
        house.account("me@example.com", "Secret 1", KEY, USER_ID)
        tls = ssl.create_default_context(cafile=house.ca)

        def call(numbers: Sequence[int]) -> int:
            for number in numbers:
                stack.callback(KINDS[kind](number, house.door, tls).connection.close)
            Event().wait(1)
            return resident(house.process.pid)

        # The first make the server grow what it has once.
        before = call(range(count // 5))
        return (call(range(count // 5, count // 5 + count)) - before) / count


def main(*, quick: bool = False) -> bool:
    """Whether the limit was kept by a connection over TLS."""
    count = CONNECTIONS // 5 if quick else CONNECTIONS
    measured = {kind: measure(kind, count) for kind in KINDS}
    rows = [(name, f"{cost / 1_000:.1f} kB") for name, cost in measured.items()]
    limit = f"at most {LIMIT / 1_000:.0f} kB for an app's over TLS"
    show(f"An idle MQTT connection, {count} of each kind ({limit})", ("", "memory"), rows)
    return measured["app over TLS"] <= LIMIT
