"""What a subscribed connection costs in memory while nothing happens: plain, over TLS, and as many as there may be."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from socket import socket

from benchmarks.mqtt.lines import connect, devices, subscribe
from benchmarks.mqtt.servers import SERVERS, SET, Server, serve
from benchmarks.processes import on_processor, resident
from benchmarks.table import show

AIMS = {False: 3_200, True: 20_000}
"""Bytes that a connection is to cost at most, plain and over TLS."""

CONNECTIONS = 5_000
FIRST = 500
"""So many make the server grow what it has once."""

SPARE = 250
"""Descriptors of a process that are no clients' connections, ours or the server's."""

SETTLED = 2.0
"""Seconds after which a server has put away what signing in took."""


def idle(server: Server, count: int) -> float:
    """Bytes of the server's own memory that one more subscribed device costs."""
    with ExitStack() as stack:

        def come(numbers: Iterable[int]) -> int:
            subscribed = _subscribed(server, list(numbers))
            for line in subscribed:
                stack.enter_context(line)
            time.sleep(SETTLED)
            return resident(server.pid)

        before = come(range(FIRST))
        return (come(range(FIRST, count)) - before) / (count - FIRST)


def measure(name: str, count: int, *, over_tls: bool) -> float:
    """The same of a server that was started for it."""
    with (
        tempfile.TemporaryDirectory() as directory,
        serve(name, Path(directory) / name, over_tls=over_tls) as server,
        on_processor(1),
    ):
        return idle(server, count)


def main(*, quick: bool = False) -> bool:
    """Whether the aims were reached at five thousand."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE
    cases = {
        f"{count} {'over TLS' if over_tls else 'plain'}": (count, over_tls)
        for count in ((CONNECTIONS,) if quick else (CONNECTIONS, most))
        for over_tls in (False, True)
    }
    kept, rows = True, []
    for case, (count, over_tls) in cases.items():
        names = SERVERS if count == CONNECTIONS else ("Homeward", "Mosquitto")
        found = {name: measure(name, count, over_tls=over_tls) for name in names}
        kept = kept and found["Homeward"] <= AIMS[over_tls]
        rows.append((case, *(f"{found[name] / 1_000:.2f} kB" if name in found else "" for name in SERVERS)))
    aims = f"aims: {AIMS[False] / 1_000} kB, {AIMS[True] / 1_000} kB over TLS"
    show(f"MQTT, memory of an idle subscribed connection ({aims})", ("", *SERVERS), rows)
    return kept


def _subscribed(server: Server, numbers: list[int]) -> list[socket]:
    lines = connect(server, devices(numbers))
    subscribe(lines, map(SET.format, numbers))
    return lines
