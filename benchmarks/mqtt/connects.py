"""Clients that come all at once: after a power cut, say."""

from __future__ import annotations

from benchmarks.mqtt.lines import connect, devices, leave
from benchmarks.mqtt.measure import Cost, by_turns, cost, show_costs
from benchmarks.mqtt.servers import Server

CLIENTS, AT_ONCE = 2_000, 64


def connects(server: Server) -> Cost:
    """From the TCP connection to CONNACK."""
    lines = []

    def come() -> tuple[int, int]:
        lines.extend(connect(server, devices(range(CLIENTS)), AT_ONCE))
        return CLIENTS, 0

    try:
        return cost(server, come)
    finally:
        leave(lines)


def main(*, quick: bool = False) -> bool:
    """There is no limit to keep."""
    title = f"MQTT, {CLIENTS} clients connect, {AT_ONCE} at once, connections"
    show_costs(title, by_turns({"connect": connects}, quick=quick))
    return True
