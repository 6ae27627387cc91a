"""Many devices, each with something to say now and then, and one who hears all of them."""

from __future__ import annotations

import select
import statistics
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from socket import socket

from benchmarks.mqtt.lines import Ear, connect, devices, leave, publication, subscribe, watchers
from benchmarks.mqtt.measure import Cost, by_turns, cost, ratio, show_costs
from benchmarks.mqtt.servers import STATES, Server

AIM = 2.0
"""How many times Mosquitto's messages a CPU second are aimed at."""

SECONDS = 1.0
SILENCE = 5.0
"""Seconds without anything after which what is under way is lost."""

WINDOW = 400
"""Messages under way at once, from all together."""


class Crowd:
    """Devices that send by turns, one message a write, and the one who hears them."""

    def __init__(self, lines: Sequence[socket], ear: Ear, qos: int) -> None:
        self._ear = ear
        self._qos = qos
        self._sent = self._acknowledged = 0
        self._free = deque((line, publication(number, qos)) for number, line in enumerate(lines))
        self._waiting: dict[int, tuple[socket, bytes]] = {}
        self._poll = select.epoll()
        for line in (ear.line, *lines):
            line.setblocking(False)
            self._poll.register(line.fileno(), select.EPOLLIN)

    def talk(self, seconds: float) -> tuple[int, int]:
        """How many messages came through in so many seconds and until the last has, and how many were lost."""
        until = time.monotonic() + seconds
        with self._poll:
            while time.monotonic() < until:
                self._send()
                self._hear()
            while self._under_way() and self._hear():
                pass
        return self._ear.heard, self._under_way()

    def _under_way(self) -> int:
        return self._sent - (min(self._ear.heard, self._acknowledged) if self._qos else self._ear.heard)

    def _send(self) -> None:
        free = self._free
        for _ in range(min(WINDOW - self._under_way(), WINDOW if not self._qos else len(free))):
            line, packet = sender = free.popleft()
            line.send(packet)
            self._sent += 1
            if self._qos:
                self._waiting[line.fileno()] = sender
            else:
                free.append(sender)

    def _hear(self) -> bool:
        ready = self._poll.poll(SILENCE)
        for descriptor, _ in ready:
            if descriptor in self._waiting:
                self._free.append(sender := self._waiting.pop(descriptor))
                _expect_puback(sender[0])
                self._acknowledged += 1
            else:
                self._ear.hear()
        return bool(ready)


def fan_in(publishers: int, qos: int, server: Server) -> Cost:
    """So many devices, and one who hears them; at QoS 1 none has two messages under way."""
    lines, ears = connect(server, devices(range(publishers))), connect(server, watchers(1))
    try:
        subscribe(ears, [STATES], qos)
        crowd = Crowd(lines, Ear(ears[0], qos), qos)
        return cost(server, lambda: crowd.talk(SECONDS))
    finally:
        leave(lines + ears)


def main(*, quick: bool = False) -> bool:
    """Whether the aim was reached."""
    cases = {
        f"{publishers} publishers, QoS {qos}": partial(fan_in, publishers, qos)
        for publishers in (200, 5_000)
        for qos in (0, 1)
    }
    measured = by_turns(cases, quick=quick)
    show_costs(f"MQTT, all to one subscriber, messages (aim: {AIM} times)", measured)
    return all(statistics.median(ratio(costs, "Homeward")) >= AIM for costs in measured.values())


def _expect_puback(line: socket) -> None:
    answer = line.recv(16)
    if answer[:1] != b"\x40":
        raise ConnectionError(f"not a PUBACK: {answer.hex()}")
