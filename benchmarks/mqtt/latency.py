"""How long a message takes when there is time: from when it is due until it is heard."""

from __future__ import annotations

import select
import statistics
import struct
import time
from collections.abc import Sequence
from socket import socket
from typing import NamedTuple

from benchmarks.mqtt.lines import PAYLOAD, Ear, connect, devices, leave, publication, subscribe, watchers
from benchmarks.mqtt.measure import BASE, Cost, by_turns, cost
from benchmarks.mqtt.servers import STATES, Server
from benchmarks.table import show, spread

AIM = 1.2
"""How many times Mosquitto's p99 is aimed at, at most."""

PUBLISHERS, RATE, SECONDS = 20, 2_000, 2
SILENCE = 2.0


class Latency(NamedTuple):
    """In microseconds."""

    p50: float
    p99: float
    cost: Cost

    @property
    def share(self) -> float:
        """How much others used of the two processors, in processors."""
        return self.cost.share


def latency(server: Server) -> Latency:
    """Of messages that are sent one by one when they are due, by all publishers in turn."""
    lines, ears = connect(server, devices(range(PUBLISHERS))), connect(server, watchers(1))
    try:
        subscribe(ears, [STATES])
        times: list[float] = []
        spent = cost(server, lambda: talk(lines, Ear(ears[0], 0), times))
        ordered = sorted(times)
        return Latency(_quantile(ordered, 0.5), _quantile(ordered, 0.99), spent)
    finally:
        leave(lines + ears)


def talk(lines: Sequence[socket], ear: Ear, times: list[float]) -> tuple[int, int]:
    """How many were heard, and how many lost; the seconds each took go into `times`.

    Nothing here sleeps: a processor that has to wake up is late.
    """
    total, now = RATE * SECONDS, time.perf_counter
    packets = [publication(number % PUBLISHERS, payload=struct.pack(">I", number)) for number in range(total)]
    layout = struct.Struct(f">{len(packets[0]) - PAYLOAD}xI{PAYLOAD - 4}x")
    sent, begin, patience = 0, now() + 0.01, SECONDS + SILENCE
    with select.epoll() as poll:
        poll.register(ear.line.fileno(), select.EPOLLIN)
        while ear.heard < total and (passed := now() - begin) < patience:
            if sent < total and passed >= sent / RATE:
                lines[sent % PUBLISHERS].sendall(packets[sent])
                sent += 1
            elif poll.poll(0):
                whole = ear.hear()
                passed = now() - begin
                times += [passed - number / RATE for (number,) in layout.iter_unpack(whole)]
    return ear.heard, total - ear.heard


def main(*, quick: bool = False) -> bool:
    """Whether the aim was reached."""
    measured = by_turns({"": latency}, quick=quick)[""]
    rows = [_row(name, each, measured[BASE]) for name, each in measured.items()]
    head = ("", "p50, µs", "p99, µs", f"p99 of {BASE}'s", "µs of CPU", "lost", "foreign")
    show(f"MQTT, {RATE} messages a second, {PUBLISHERS} to one (aim: p99 at most {AIM} times)", head, rows)
    return statistics.median(_ratios(measured["Homeward"], measured[BASE])) <= AIM


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[int(len(ordered) * part)] * 1e6


def _ratios(ours: Sequence[Latency], theirs: Sequence[Latency]) -> list[float]:
    return [one.p99 / other.p99 for one, other in zip(ours, theirs, strict=True)]


def _row(name: str, each: Sequence[Latency], base: Sequence[Latency]) -> tuple[str, ...]:
    return (
        name,
        spread((one.p50 for one in each), 0),
        spread((one.p99 for one in each), 0),
        spread(_ratios(each, base)),
        spread((1e6 / one.cost.rate for one in each), 1),
        str(sum(one.cost.lost for one in each)),
        f"{statistics.median(one.share for one in each):.2f}",
    )
