"""One device, and many who hear it."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from functools import partial
from socket import socket

from benchmarks.mqtt.lines import Ear, connect, devices, leave, publication, subscribe, watchers
from benchmarks.mqtt.measure import Cost, by_turns, cost, show_costs
from benchmarks.mqtt.servers import STATE, Server

SUBSCRIBERS = 200
SECONDS = 1.0
SILENCE = 5.0
"""Seconds without anything after which what is under way is lost."""


def talk(line: socket, ears: Sequence[Ear], under_way: int, seconds: float) -> tuple[int, int]:
    """How many messages were heard in so many seconds and until all have come, and how many were lost.

    Never more than `under_way` are sent and not yet heard by all.
    """
    by_descriptor = {ear.line.fileno(): ear for ear in ears}
    packet, sent, until = publication(0), 0, time.monotonic() + seconds
    with select.epoll() as poll:
        for descriptor in by_descriptor:
            poll.register(descriptor, select.EPOLLIN)
        while True:
            heard = sum(ear.heard for ear in ears)
            while time.monotonic() < until and sent * len(ears) - heard <= (under_way - 1) * len(ears):
                line.sendall(packet)
                sent += 1
            ready = poll.poll(SILENCE) if heard < sent * len(ears) else ()
            for descriptor, _ in ready:
                by_descriptor[descriptor].hear()
            if not ready:
                return heard, sent * len(ears) - heard


def fan_out(under_way: int, server: Server) -> Cost:
    """One publishes, all others have subscribed."""
    lines, listeners = connect(server, devices([0])), connect(server, watchers(SUBSCRIBERS))
    try:
        subscribe(listeners, [STATE.format(0)] * SUBSCRIBERS)
        ears = [Ear(line, 0) for line in listeners]
        return cost(server, lambda: talk(lines[0], ears, under_way, SECONDS))
    finally:
        leave(lines + listeners)


def main(*, quick: bool = False) -> bool:
    """There is no limit to keep."""
    cases = {f"QoS 0, {count} under way": partial(fan_out, count) for count in (1, 20)}
    show_costs(f"MQTT, one to {SUBSCRIBERS} subscribers, messages delivered", by_turns(cases, quick=quick))
    return True
