"""One measurement of one server, and all of them by turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from benchmarks.mqtt.rules import check
from benchmarks.mqtt.servers import Server, serve_all
from benchmarks.processes import busy, cpu, on_processor
from benchmarks.table import show, spread

ROUNDS = 5
TRIES, QUIET = 3, 0.1
"""A measurement in which others used more of the two processors than this is made again, so often at most in all."""
BASE = "Mosquitto"
"""Whom the others are compared with."""


class Cost(NamedTuple):
    """What something that was done so many times took."""

    done: int
    lost: int
    used: float
    """CPU seconds of the server."""
    took: float
    """Seconds."""
    foreign: float
    """CPU seconds that others used of the two processors."""

    @property
    def rate(self) -> float:
        """Of it, in one CPU second."""
        return self.done / self.used

    @property
    def share(self) -> float:
        """How much others used of the two processors, in processors."""
        return self.foreign / self.took


def cost(server: Server, work: Callable[[], tuple[int, int]]) -> Cost:
    """Of work that returns how much was done, and how much was lost."""
    before, begin = (cpu(server.pid), time.process_time(), busy()), time.monotonic()
    done, lost = work()
    took, after = time.monotonic() - begin, (cpu(server.pid), time.process_time(), busy())
    used, ours, there = (late - early for late, early in zip(after, before, strict=True))
    return Cost(done, lost, used, took, max(0.0, there - used - ours))


Costs = Mapping[str, Sequence[Cost]]
"""By the server's name, in each round one."""


class Measured(Protocol):
    """What comes of one measurement."""

    @property
    def share(self) -> float:
        """How much others used of the two processors, in processors."""


_M = TypeVar("_M", bound=Measured)


def by_turns(cases: Mapping[str, Callable[[Server], _M]], *, quick: bool) -> dict[str, dict[str, list[_M]]]:
    """What each case measures of each server in each round; another server is first each time."""
    with tempfile.TemporaryDirectory() as directory, serve_all(Path(directory)) as servers, on_processor(1):
        for server in servers.values():
            check(server)
        names = list(servers)
        found: dict[str, dict[str, list[_M]]] = {case: {name: [] for name in names} for case in cases}
        for number in range(2 if quick else ROUNDS):
            first = number % len(names)
            for case, measure in cases.items():
                for name in names[first:] + names[:first]:
                    with _telling(f"{name}, {case}"):
                        found[case][name].append(_quietest(measure, servers[name]))
    return found


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """An error says in what it happened."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def _quietest(measure: Callable[[Server], _M], server: Server) -> _M:
    """Measured again while others use the processors too, a few times at most."""
    tries: list[_M] = []
    while not tries or (len(tries) < TRIES and tries[-1].share > QUIET):
        tries.append(measure(server))
    return min(tries, key=lambda each: each.share)


def ratio(costs: Costs, name: str) -> list[float]:
    """How many times Mosquitto's rate, in each round."""
    return [ours.rate / theirs.rate for ours, theirs in zip(costs[name], costs[BASE], strict=True)]


def show_costs(title: str, cases: Mapping[str, Costs]) -> None:
    """A row for every case and server."""
    head = ("", "server", "a CPU second", f"of {BASE}'s", "µs of CPU", "a second", "lost", "foreign")
    show(title, head, [_row(case, name, costs) for case, costs in cases.items() for name in costs])


def _row(case: str, name: str, costs: Costs) -> tuple[str, ...]:
    each = costs[name]
    return (
        case,
        name,
        spread((cost.rate for cost in each), 0),
        spread(ratio(costs, name)),
        f"{1e6 / statistics.median(cost.rate for cost in each):.2f}",
        f"{statistics.median(cost.done / cost.took for cost in each):.0f}",
        str(sum(cost.lost for cost in each)),
        f"{statistics.median(cost.share for cost in each):.2f}",
    )
