"""A bench for one device: what it is asked over its LAN, what it tells its cloud, and a clock that wakes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeward.families.base import Effect, Effects, Fetch, Publish, Reply, Request, Wake
from homeward.families.meross import wire
from homeward.families.meross.emulator import Device
from homeward.families.meross.namespaces import BIND, CLOCK
from homeward.testing.home import seeded
from homeward.testing.virtual_home import PEER
from tests.families.meross.vectors import KEY, USER

NOW = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC, a Tuesday."""
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0


class Bench:
    """A device that has booted; `now` passes by `advance`. `told` is what it pushed since it was last looked at."""

    def __init__(self, model: str = "mss310", *, boot: bool = True, now: float = NOW, **options: Any) -> None:
        given: dict[str, Any] = {"key": KEY, "user_id": USER, "host": "home.test", "randomness": seeded()}
        self.now = now
        self.device = Device(model, **(given | options))
        self.key = str((given | options)["key"])
        self.told: list[tuple[str, Any]] = []
        self.others: list[Effect] = []
        self._wake = float("inf")
        self.carry(self.device.start(self.now))
        if boot:
            self.boot()

    def boot(self) -> None:
        """Its link stands, and its cloud answers."""
        self.carry(self.device.connected(self.now))
        self.hear("PUSH", CLOCK, {"clock": {"timestamp": int(self.now)}})
        self.hear("SETACK", BIND, {})

    def hear(self, method: str, namespace: str, payload: Any) -> None:
        """Something over MQTT to which no answer is wanted."""
        data = wire.encode(
            method, namespace, payload, message_id="a", key=self.key, source="/cloud", timestamp=int(self.now)
        )
        self.carry(self.device.message("/appliance/x/subscribe", data, self.now))

    def post(self, method: str, name: str, payload: Any = None, key: str | None = None) -> Reply:
        """The reply over its LAN."""
        data = wire.encode(
            method,
            f"Appliance.{name}",
            payload or {},
            message_id="ab",
            key=self.key if key is None else key,
            source="bench",
            timestamp=int(self.now),
        )
        reply = self.device.http(Request("POST", "/config", "", {}, data, PEER), self.now)
        self.carry(reply.effects)
        return reply

    def ask(self, method: str, name: str, payload: Any = None) -> tuple[str, Any]:
        """Method and payload of the reply over its LAN."""
        answer = wire.decode(self.post(method, name, payload).body)
        return answer.header.method, answer.body()

    def get(self, name: str, payload: Any = None) -> Any:
        """The payload of a GETACK."""
        method, found = self.ask("GET", name, payload)
        assert method == "GETACK", (name, found)
        return found

    def set(self, name: str, payload: Any) -> Any:
        """The payload of a SETACK."""
        method, found = self.ask("SET", name, payload)
        assert method == "SETACK", (name, found)
        return found

    def refuses(self, method: str, name: str, payload: Any = None) -> bool:
        """Whether it answers with the error of what it cannot do."""
        return self.ask(method, name, payload) == ("ERROR", {"error": {"code": 5000}})

    def hand(self, key: str, value: Any) -> None:
        """A hand at it."""
        self.carry(self.device.set(key, value, self.now))

    def advance(self, seconds: float) -> None:
        """Let time pass, waking it whenever it wants."""
        end = self.now + seconds
        while self._wake <= end:
            self.now, self._wake = max(self._wake, self.now), float("inf")
            self.carry(self.device.wake(self.now))
        self.now = end

    def take(self) -> list[tuple[str, Any]]:
        """What it has told, by name, since the last time."""
        told, self.told = self.told, []
        return told

    def pushed(self, name: str) -> list[Any]:
        """What it has told under that name, since the last time."""
        return [payload for told, payload in self.take() if told == name]

    def fetches(self) -> list[str]:
        """The URLs it wanted."""
        return [effect.url for effect in self.others if isinstance(effect, Fetch)]

    def carry(self, effects: Effects) -> None:
        """Keep what came of it."""
        for effect in effects:
            if isinstance(effect, Wake):
                self._wake = self.now + effect.after
            elif isinstance(effect, Publish):
                message = wire.decode(effect.payload)
                self.told.append((message.header.namespace.removeprefix("Appliance."), message.body()))
            else:
                self.others.append(effect)


def channels(payloads: Sequence[Any], key: str = "togglex") -> list[dict[int, int]]:
    """Of each payload, what is on by channel."""
    return [{item["channel"]: item["onoff"] for item in payload[key]} for payload in payloads]
