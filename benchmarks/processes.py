"""What a process has used, and programs kept to one processor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROCESSORS = sorted(os.sched_getaffinity(0))


def cpu(*pids: int) -> float:
    """Seconds of CPU that all threads of these processes have used."""
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def resident(pid: int) -> int:
    """Bytes of memory that the process has for itself."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024


@contextmanager
def on_processor(number: int) -> Iterator[None]:
    """What is started here, and we ourselves meanwhile, run on this processor; on any where there is only one."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_PROCESSORS[number % len(_PROCESSORS)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def busy() -> float:
    """Seconds in which the first two processors were not idle, both together, whoever used them."""
    names = {f"cpu{number}" for number in _PROCESSORS[:2]}
    lines = (line.split() for line in Path("/proc/stat").read_text().splitlines())
    ticks = (map(int, (line[1:4] + line[6:8])) for line in lines if line[0] in names)
    return sum(map(sum, ticks)) / os.sysconf("SC_CLK_TCK")
