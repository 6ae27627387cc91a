"""The twin of a device: how its entities stand, as it last told, in memory."""

from __future__ import annotations

from collections.abc import Mapping

from homeward.model import State, Value


class Twin:
    """The states of one device by entity key. `seq` is that of the event that told of the last change here."""

    __slots__ = ("seq", "states")

    def __init__(self, states: dict[str, State] | None = None) -> None:
        self.states = states or {}
        self.seq = 0

    def news(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Those of `values` that differ from what is known."""
        known = self.states
        news: dict[str, Value] = {}
        for key, value in values.items():
            state = known.get(key)
            if state is None or state.value != value:
                news[key] = value
        return news

    def update(self, news: Mapping[str, Value], now: float, seq: int) -> None:
        """Take over what an event of that seq told."""
        self.seq = seq
        for key, value in news.items():
            self.states[key] = State(value, now)
