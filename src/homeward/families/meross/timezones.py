"""`timeRule`: when a device's local time changes, as `[utc, offset, dst]`; dst is 1 in summer time and 0 otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_WEEK = 7 * 86_400


def rules(zone: ZoneInfo, now: float, count: int = 20) -> list[list[int]]:
    """The rule that holds now, as of when it began, and those of the next ten years; `count` at most."""
    start = int(now) - 104 * _WEEK
    found = [[0, *_rule(zone, start)[1:]]]
    for at in range(start, int(now) + 520 * _WEEK, _WEEK):
        if _rule(zone, at)[1:] != _rule(zone, at + _WEEK)[1:]:
            change = _rule(zone, _change(zone, at, at + _WEEK))
            found = [change] if change[0] <= now else [*found, change]
        if len(found) == count:
            break
    return found


def _rule(zone: ZoneInfo, at: int) -> list[int]:
    local = datetime.fromtimestamp(at, zone)
    offset, summer = local.utcoffset() or timedelta(), local.dst() or timedelta()
    return [at, int(offset.total_seconds()), int(summer > timedelta())]


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second of the new rule, between two times with different rules."""
    while after - before > 1:
        middle = (before + after) // 2
        if _rule(zone, middle)[1:] == _rule(zone, before)[1:]:
            before = middle
        else:
            after = middle
    return after
