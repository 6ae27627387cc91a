"""The whole way of a Meross PUSH: socket, signature, twin, SQLite, in events a CPU second of all server processes.

Beside Mosquitto with a paho-mqtt consumer that does the same work (`paho_consumer.py`). Both serve the same devices
over plain TCP on one processor, by turns, the generator runs on the other. It sends on only as events are stored, so
that nothing is measured that is lost, and every message is looked for in the database at the end.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import starmap
from operator import truediv
from pathlib import Path

from benchmarks.meross_devices import KEY, USER_ID, Crowd, Device
from benchmarks.processes import cpu, on_processor
from benchmarks.table import show, spread
from tests.peers.house import House
from tests.peers.processes import ROOT, Program, free_ports, until

LIMIT = 3.0
"""How many times the events a CPU second of Mosquitto and paho-mqtt are too few."""

DEVICES, EACH, ROUNDS = 1_000, 40, 5
WINDOW = 5_000
"""Events under way at once: more than either side commits together, so that neither idles. A processor that sleeps
between two bursts begins each with cold caches, and that would be measured."""
STATES = "SELECT count(*), max(seq) FROM events WHERE seq > ? AND kind = 5"


class Side:
    """One of the two: its processes, its database and the devices that call it."""

    def __init__(self, pids: tuple[int, ...], port: int, database: Path) -> None:
        self.pids = pids
        self.crowd = Crowd([Device(number, port) for number in range(1, DEVICES + 1)])
        self.database = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        self._states = self._last = 0

    def introduce(self) -> None:
        """Have every device say what it is, and wait until that is stored."""
        for device in self.crowd.devices:
            device.introduce()
        until(lambda: self._stored() == DEVICES, "the devices to be known")

    def measure(self, qos: int) -> float:
        """Events a CPU second. Every message is stored when this returns, and at QoS 1 acknowledged."""
        events, acknowledged, before = DEVICES * EACH, self.crowd.acknowledged, self._stored()
        used = cpu(*self.pids)
        self.crowd.send(EACH, qos, WINDOW, lambda: self._stored() - before)
        until(lambda: self._heard() - acknowledged == events * bool(qos), "the acknowledgements")
        used = cpu(*self.pids) - used
        assert self._stored() - before == events
        return events / used

    def _heard(self) -> int:
        self.crowd.hear(0.001)
        return self.crowd.acknowledged

    def _stored(self) -> int:
        """How many changes of state are stored. Counted on from where it was last, to be no burden."""
        count, last = self.database.execute(STATES, (self._last,)).fetchone()
        self._states, self._last = self._states + count, last or self._last
        return self._states


def measure(rounds: int) -> dict[int, list[tuple[float, float]]]:
    """For QoS 0 and 1 the events a CPU second of Homeward and of Mosquitto with paho-mqtt, a pair a round."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        with on_processor(0):
            home = stack.enter_context(homeward(Path(directory)))
            peers = {qos: stack.enter_context(mosquitto_and_paho(Path(directory), qos)) for qos in (0, 1)}
        with on_processor(1):
            return {qos: [_round(home, peers[qos], qos, number) for number in range(rounds)] for qos in (0, 1)}


@contextmanager
def homeward(directory: Path) -> Iterator[Side]:
    """`homeward serve`, and an account for the devices."""
    # The devices here answer nothing: they are not to be asked.
    quiet = {"HOMEWARD__FAMILIES__MEROSS__POLL_POWER": "3600", "HOMEWARD__FAMILIES__MEROSS__POLL_ENERGY": "3600"}
    data = directory / "homeward"
    with House(data, env=quiet) as house:
        house.account("me@example.com", "Secret 1", KEY, USER_ID)
        side = Side((house.process.pid,), house.door, house.database)
        side.introduce()
        yield side
        side.crowd.leave()


@contextmanager
def mosquitto_and_paho(directory: Path, qos: int) -> Iterator[Side]:
    """Mosquitto and its consumer."""
    (port,) = free_ports(1)
    settings = directory / f"mosquitto{qos}.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\nset_tcp_nodelay true\n"
        "max_inflight_messages 0\nmax_queued_messages 0\n"
    )
    database = directory / f"consumer{qos}.db"
    subprocess.run(["sh", ROOT / "dev", "peer", "paho_mqtt"], check=True)
    python = ROOT / ".peers" / "paho_mqtt" / "bin" / "python"
    broker = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") or "mosquitto"
    with Program(broker, "-c", settings) as mosquitto:
        until(lambda: any("running" in line for line in mosquitto.said), "mosquitto to run")
        script = Path(__file__).with_name("paho_consumer.py")
        with Program(python, script, str(port), database, KEY, str(qos)) as consumer:
            until(lambda: "ready" in consumer.said, "the consumer to listen")
            side = Side((mosquitto.process.pid, consumer.process.pid), port, database)
            yield side
            side.crowd.leave()


def main(*, quick: bool = False) -> bool:
    """Whether the limit was kept."""
    measured = measure(2 if quick else ROUNDS)
    rows = []
    for qos, pairs in measured.items():
        ours, theirs = zip(*pairs, strict=True)
        rows.append((f"QoS {qos}", spread(ours, 0), spread(theirs, 0), spread(map(truediv, ours, theirs))))
    title = f"Meross PUSH to SQLite, events a CPU second, {DEVICES} devices, {DEVICES * EACH} events a round, 0 lost"
    show(f"{title} (at least {LIMIT} times)", ("", "Homeward", "Mosquitto + paho-mqtt", "ratio"), rows)
    return all(statistics.median(starmap(truediv, pairs)) >= LIMIT for pairs in measured.values())


def _round(home: Side, peers: Side, qos: int, number: int) -> tuple[float, float]:
    first, second = (home, peers) if number % 2 else (peers, home)
    results = {first: first.measure(qos)}
    results[second] = second.measure(qos)
    return results[home], results[peers]
