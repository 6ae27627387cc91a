"""Measuring by turns, and showing it: ratios of what ran in the same minute, never a number alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence

Pair = tuple[float, float]


def ratios(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15, calls: int = 4_000
) -> list[Pair]:
    """Pairs of microseconds of CPU a call, each of the two measured in the same round, the order alternating."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            their_time = _microseconds(theirs, calls)
            pairs.append((_microseconds(ours, calls), their_time))
        else:
            pairs.append((_microseconds(ours, calls), _microseconds(theirs, calls)))
    return pairs


def spread(values: Iterable[float], digits: int = 2) -> str:
    """The median, and from where to where."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.{digits}f} [{ordered[0]:.{digits}f}..{ordered[-1]:.{digits}f}]"


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, as Markdown has it."""
    table = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * width for width in widths])
    lines = (
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in table
    )
    print(f"\n{title}\n", *lines, sep="\n", flush=True)


def _microseconds(call: Callable[[], object], calls: int) -> float:
    """CPU of one call: the best of three short loops."""
    return min(_loop(call, calls) for _ in range(3)) * 1e6 / calls


def _loop(call: Callable[[], object], calls: int) -> float:
    begin = time.thread_time()
    for _ in range(calls):
        call()
    return time.thread_time() - begin
