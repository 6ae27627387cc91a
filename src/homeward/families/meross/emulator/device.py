"""An emulated device: its organs in one body, which takes messages over MQTT and on its LAN, and lives by its clock."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from math import inf, nan
from typing import Any
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Close, Effect, Effects, Note, Publish, Reply, Request, Uplink, Wake
from homeward.families.meross import crypto, discovery, namespaces, wire
from homeward.families.meross.emulator.boot import Boot
from homeward.families.meross.emulator.clock import Clock
from homeward.families.meross.emulator.memory import Memory
from homeward.families.meross.emulator.models import MODELS, Order
from homeward.families.meross.emulator.network import Network, Wifi
from homeward.families.meross.emulator.organ import (
    BAD_SIGN,
    END_OF_TIME,
    NOT_SUPPORTED,
    HungUp,
    Organ,
    Outcome,
    Refused,
    Tells,
)
from homeward.families.meross.emulator.quirks import HANG_UP, as_sent
from homeward.families.meross.emulator.system import System
from homeward.families.meross.emulator.upgrade import Upgrade
from homeward.families.meross.wire import BadMessage, Message, Params
from homeward.mqtt.packets import Connect, Subscription

_TOPIC = re.compile(r"/[^+#\0]{1,255}")
_WORDS = {"true": 1, "on": 1, "false": 0, "off": 0}
_SOON = 0.01
"""Seconds between two wakings at least."""
_PREFIX = "Appliance."


class Device:
    """One of `MODELS`. With `host` it is set up already; without, it waits for Config.Key and Config.Wifi on its LAN.

    `index` makes its MAC address and uuid where they are not given. `hands` is how it stands at first, by the keys of
    `state`. What the device knows of the time it is told by its cloud; `now` is the world's.

    Raises:
        InvalidValue: there is no such thing as one of `hands` says, or it cannot be so.
    """

    asked_at = discovery.ASKED_AT

    def __init__(
        self,
        model: str,
        index: int = 0,
        *,
        generation: str = "",
        key: str = "",
        user_id: str = "0",
        host: str = "",
        port: int = 443,
        mac: str = "",
        uuid: str = "",
        timezone: str = "",
        address: str = "127.0.0.1",
        wifi: Wifi | None = None,
        drift: float = 0.0,
        subdevices: tuple[str, ...] = ("mts100v3", "ms100"),
        quirks: Collection[str] = (),
        randomness: Callable[[int], bytes] = os.urandom,
        **hands: Any,
    ) -> None:
        made = MODELS[model]
        self.model = model
        self.label = made.labels[generation or list(made.labels)[-1]]
        self.abilities: Mapping[str, Params] = self.label.abilities
        self.version = self.label.firmware
        self.mac = mac or (0x48E1E9000000 + (list(MODELS).index(model) << 16) + index).to_bytes(6, "big").hex(":")
        self.native_id = uuid or f"200101{index:014d}{self.mac.replace(':', '')}"
        self.address = address
        self.quirks = frozenset(quirks)
        self.connections = 1 if "single-connection" in self.quirks else 0
        self.zone = ZoneInfo(timezone or "UTC")
        self.randomness = randomness
        self.losses = self.bound_at = self.connected_since = 0
        self._suffix = randomness(8).hex()
        self._reply_size = made.memory
        self.clock = Clock(drift)
        self._online_since = 0.0
        self._boot: Boot | None = None
        self._wake_at = inf
        self._also: list[Effect] = []
        self.network = Network(self, key, user_id, host, port, wifi)
        self.system = System(self, timezone)
        self._upgrade = Upgrade(self)
        self._memory = Memory(self)
        organs = made.organs(self, Order(self.label, index, subdevices))
        self._organs: tuple[Organ, ...] = (*organs, self.system, self.network, self._upgrade)
        for name, value in hands.items():
            number = self.check(name, value)
            self._organ(name).put(name, number, 0.0)

    def uplink(self) -> Uplink | None:
        """Its gateway, once it knows one and has joined a Wi-Fi."""
        network = self.network
        host, port = network.host
        if not (host and network.ssid) or network.stalled:
            return None
        password = wire.device_password(network.user_id, self.mac, network.key).encode()
        client_id = f"fmware:{self.native_id}_{self._suffix}"
        connect = Connect(client_id, self.label.keep_alive, True, self.mac, password, level=3)
        return Uplink(host, port, connect, (Subscription(wire.request_topic(self.native_id), 1),))

    def start(self, now: float) -> Effects:
        """Power on: it knows no time."""
        self.clock.start(now)
        for organ in self._organs:
            organ.advance(now)
        return self._then([], now)

    def connected(self, now: float) -> Effects:
        """It begins to boot."""
        self.connected_since, self._online_since = self.clock.read(now), now
        self._boot = Boot(self)
        return self._then(self._boot.begin(now), now)

    def disconnected(self, reason: str, now: float) -> Effects:
        """It goes on without its cloud, and tries its other one."""
        self.losses += self._boot is not None
        self._boot = None
        self.network.fell()
        return self._then([], now)

    def message(self, topic: str, payload: bytes, now: float) -> Effects:
        """A message over MQTT; the answer goes where the message says."""
        before = self._advance(now)
        try:
            message = wire.decode(payload)
            data, effects = self._take(message, now)
        except (BadMessage, HungUp) as error:
            return self._then([*before, Note("bad_frame", str(error))], now)
        if data is None:
            return self._then([*before, *effects], now)
        if not _TOPIC.fullmatch(message.header.source):
            answer: Effect = Note("no_return_address", message.header.source[:64])
        else:
            answer = Publish(message.header.source, data, 1)
        last = "push-first" in self.quirks or isinstance(answer, Note)
        return self._then([*before, *((*effects, answer) if last else (answer, *effects))], now)

    def http(self, request: Request, now: float) -> Reply:
        """A message over `POST /config`; the answer is the reply."""
        if (request.method, request.path) != ("POST", "/config"):
            return Reply(404)
        before = self._advance(now)
        try:
            message, secret = self.network.open(request.body)
            data, effects = self._take(message, now, lan=True)
        except BadMessage:
            return Reply(400)
        except HungUp:
            return HANG_UP
        body = crypto.encrypt(secret, data).encode() if secret and data else data or b""
        reply = as_sent(body, self.quirks, self._reply_size)
        return Reply(reply.status, reply.body, raw=reply.raw, effects=self._then([*before, *effects], now))

    def found(self, question: bytes, port: int) -> tuple[bytes, int] | None:
        """It answers to everyone's name, and to that of its model."""
        asked = discovery.question(question)
        if asked is None or asked.name not in (discovery.EVERYONE, self.model):
            return None
        answer = discovery.Found(
            self.native_id,
            self.address,
            self.mac,
            self.model,
            self.label.sub_type,
            self.model,
            self.version,
            self.label.hardware,
            port,
        )
        return discovery.encode(answer), discovery.ANSWERED_AT

    def wake(self, now: float) -> Effects:
        """Whatever is due: a timer, a door that arrives, the next step of its boot."""
        self._wake_at = inf
        effects = self._advance(now)
        return self._then([*effects, *(self._boot.wake(now) if self._boot else NOTHING)], now)

    def fetched(self, url: str, data: bytes | None, now: float) -> Effects:
        """The image of a new firmware has come, or will not."""
        return self._then([*self._advance(now), *self._push(self._upgrade.fetched(data, now), now)], now)

    def set(self, key: str, value: Any, now: float) -> Effects:
        """A hand at the device, or the room around it; `state` has what there is.

        A number may be written out, and true and false are numbers, as the shell has them.
        """
        number = self.check(key, value)
        before = self._advance(now)
        return self._then([*before, *self._push(self._organ(key).put(key, number, now), now)], now)

    def check(self, key: str, value: Any) -> float:
        """The number that `set` takes it for.

        Raises:
            InvalidValue: there is no such thing, or it cannot be so.
        """
        bounds = {name: held for organ in self._organs for name, held in organ.bounds.items()}
        low, high = bounds.get(key, (1.0, 0.0))
        try:
            number = float(_WORDS.get(str(value).lower(), value))
        except (TypeError, ValueError):
            number = nan
        if not low <= number <= high:
            raise InvalidValue(f"{key} cannot be {value!r}", hint=f"What can be set, and its bounds: {bounds}")
        return number

    def state(self) -> Mapping[str, Any]:
        """Its buttons, and the room around it."""
        return {key: value for organ in self._organs for key, value in organ.get().items()}

    # What its organs ask of it.

    def act(self, request: str, payload: Params, now: float) -> Tells:
        """Have one organ do what another one says."""
        method, _, name = request.partition(" ")
        return self.answer(method, f"{_PREFIX}{name}", payload, now)[1].tells

    def also(self, effect: Effect) -> None:
        """Have this done at last."""
        self._also.append(effect)

    def moved(self, channel: int, now: float) -> None:
        """Let all know that something was turned on or off."""
        for organ in self._organs:
            organ.noticed(channel, now)

    def answer(self, method: str, namespace: str, payload: Params, now: float) -> tuple[str, Outcome]:
        """The method and the payload of the answer to a request."""
        name = namespace.removeprefix(_PREFIX)
        try:
            if namespace not in self.abilities:
                raise Refused(NOT_SUPPORTED)
            return wire.ACK.get(method, method), self._do(method, name, payload, now)
        except Refused as refusal:
            return "ERROR", Outcome({"error": {"code": refusal.code}})

    def say(
        self, method: str, namespace: str, payload: Params, now: float, source: str = "", message_id: str = ""
    ) -> bytes:
        """A message in its own name, signed with the key it has now."""
        return wire.encode(
            method,
            namespace,
            payload,
            message_id=message_id or self.randomness(16).hex(),
            key=self.network.key,
            source=source or wire.publish_topic(self.native_id),
            timestamp=self.clock.read(now),
            timestamp_ms=int(now % 1 * 1000),
        )

    def push(self, namespace: str, payload: Params, now: float) -> Publish:
        """Tell the cloud."""
        return Publish(wire.publish_topic(self.native_id), self.say("PUSH", namespace, payload, now), 1)

    def introduce(self, now: float) -> list[Effect]:
        """Tell the cloud how it stands, at the end of a boot."""
        tells = [tell for organ in self._organs for tell in organ.boot(now)]
        return self._push([tell for tell in tells if f"{_PREFIX}{tell.name}" in self.abilities], now)

    def restart(self, now: float) -> None:
        """Begin anew, as after a new firmware."""
        self.clock.start(now)
        self.also(Close("restarts"))

    def retimed(self, now: float) -> None:
        """Its clock, zone or position is another one."""
        for organ in self._organs:
            organ.retimed(now)

    def online_for(self, now: float) -> int:
        """Seconds that its link has stood."""
        return int(now - self._online_since) if self._boot else 0

    def set_clock(self, timestamp: int, now: float) -> None:
        """It is told the time."""
        self.clock.tell(timestamp, now)
        self.retimed(now)

    def place(self) -> tuple[float, float]:
        """Where it is, in degrees."""
        return self.system.place()

    def online(self) -> Params:
        """Whether its cloud has answered it."""
        return {"status": 1 if self._boot and self._boot.done else 0}

    def digest(self) -> Params:
        """Its state, as System.All has it."""
        return {key: value for organ in self._organs for key, value in organ.digest().items()}

    def _organ(self, key: str) -> Organ:
        return next(organ for organ in self._organs if key in organ.bounds)

    def _do(self, method: str, name: str, payload: Params, now: float) -> Outcome:
        request = f"{method} {name}"
        for organ in self._organs:
            if row := organ.rows.get(request):
                return row(organ, payload, now)
        return self._memory.answer(method, name, payload)

    def _take(self, message: Message, now: float, *, lan: bool = False) -> tuple[bytes | None, list[Effect]]:
        """Act on a message; returns the answer, if it is one to be answered, and what follows it."""
        header = message.header
        if self.network.ssid and not wire.verify(header, self.network.key):
            return self._refuse(header, BAD_SIGN, now, detail="sign error"), []
        payload = message.body()
        if header.method not in wire.ACK and not self._answers(header):
            return None, list(self._hear(header.method, header.namespace, payload, now))
        method, outcome = self.answer(header.method, header.namespace, payload, now)
        if method == "ERROR":
            if lan and "reset-unknown" in self.quirks and header.namespace not in self.abilities:
                raise HungUp
            return self._refuse(header, outcome.payload["error"]["code"], now), []
        data = self.say(method, header.namespace, outcome.payload, now, message_id=header.message_id)
        pushes = self._push(outcome.tells, now)
        return None if method == "SETACK" and "no-setack" in self.quirks else data, pushes

    def _answers(self, header: wire.Header) -> bool:
        """Whether it answers a PUSH by pushing."""
        name = header.namespace.removeprefix(_PREFIX)
        known = any(f"PUSH {name}" in organ.rows for organ in self._organs) or self._memory.answers(name)
        return header.method == "PUSH" and header.namespace in self.abilities and known

    def _refuse(self, header: wire.Header, code: int, now: float, detail: str = "") -> bytes:
        told = {"detail": detail} if detail and "no-error-detail" not in self.quirks else {}
        error = {"error": {"code": code, **told}}
        return self.say("ERROR", header.namespace, error, now, message_id=header.message_id)

    def _hear(self, method: str, namespace: str, payload: Params, now: float) -> Effects:
        if (method, namespace) == ("PUSH", namespaces.UNBIND):
            self.network.give_up("reset to factory settings")
            return NOTHING
        if (method, namespace) == ("PUSH", namespaces.CLOCK):
            told = payload.get("clock")
            timestamp = told.get("timestamp") if isinstance(told, dict) else None
            if type(timestamp) is not int or not 0 <= timestamp <= END_OF_TIME:
                return (Note("bad_payload", namespace),)
            self.set_clock(timestamp, now)
        return self._boot.heard(method, namespace, now) if self._boot else NOTHING

    def _advance(self, now: float) -> list[Effect]:
        return self._push([tell for organ in self._organs for tell in organ.advance(now)], now)

    def _push(self, tells: Tells, now: float) -> list[Effect]:
        return [self.push(f"{_PREFIX}{tell.name}", tell.payload, now) for tell in tells]

    def _then(self, effects: Effects, now: float) -> Effects:
        """Those effects, what shall be done beside them, and when to wake it, if that is sooner than it knows."""
        also, self._also = self._also, []
        due = min(self._boot.due if self._boot else inf, *(organ.due() for organ in self._organs))
        if due == inf or abs(due - self._wake_at) < _SOON:
            return (*effects, *also)
        self._wake_at = max(due, now + _SOON)
        return (*effects, *also, Wake(self._wake_at - now))
