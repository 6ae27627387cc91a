"""An emulated mss310: what it knows, what it says by itself, how it takes and answers messages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from math import nan
from typing import Any
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Close, Effects, Note, Publish, Reply, Request, Uplink
from homeward.families.meross import namespaces, timezones, wire
from homeward.families.meross.emulator.boot import Boot
from homeward.families.meross.emulator.handlers import BAD_SIGN, HANDLERS, NOT_SUPPORTED, Key, Outcome, Refused
from homeward.families.meross.emulator.plug import Plug
from homeward.families.meross.emulator.presets import GENERATIONS, Generation
from homeward.families.meross.traits import TOGGLE, TOGGLE_X
from homeward.families.meross.wire import BadMessage, Message, Params
from homeward.mqtt.packets import Connect, Subscription

_TOPIC = re.compile(r"/[^+#\0]{1,255}")
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "onoff": (0.0, 1.0),
    "load": (0.0, 3_680.0),
    "voltage": (90.0, 260.0),
    "signal": (0.0, 100.0),
}
"""The button and what surrounds a plug, and between which bounds."""
_WORDS = {"true": 1, "on": 1, "false": 0, "off": 0}


class Mss310:
    """A metering plug. With `host` it is set up already; without, it waits for Config.Key and Config.Wifi on its LAN.

    `index` makes its MAC address and uuid where they are not given. What the device knows of the time it is told by
    its cloud; `now` is the world's.
    """

    model = "mss310"

    def __init__(
        self,
        index: int = 0,
        *,
        generation: str = "6",
        key: str = "",
        user_id: str = "0",
        host: str = "",
        port: int = 443,
        mac: str = "",
        uuid: str = "",
        timezone: str = "",
        load: float = 40.0,
        onoff: int = 0,
        address: str = "127.0.0.1",
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.generation: Generation = GENERATIONS[generation]
        self.mac = mac or (0x48E1E9000000 + index).to_bytes(6, "big").hex(":")
        self.native_id = uuid or f"200101{index:014d}{self.mac.replace(':', '')}"
        self.timezone = timezone
        self.address = address
        self.plug: Plug = Plug(randomness, load)
        self.plug.zone = ZoneInfo(timezone or "UTC")
        self.plug.on = bool(onoff)
        self.dnd: int = 0
        self.position: tuple[int, int] = (0, 0)
        self.losses = 0
        self.bound_at = 0
        self.ssid = "Home" if host else ""
        self._key, self._user_id, self._host, self._port = key, user_id, host, port
        self._keyed = bool(host)
        self._random = randomness
        self._suffix = randomness(8).hex()
        self._power_on = 0.0
        self._ahead: float | None = None
        self._boot: Boot | None = None

    def uplink(self) -> Uplink | None:
        """Its gateway, once it knows one and has joined a Wi-Fi."""
        if not (self._host and self.ssid):
            return None
        password = wire.device_password(self._user_id, self.mac, self._key).encode()
        client_id = f"fmware:{self.native_id}_{self._suffix}"
        connect = Connect(client_id, self.generation.keep_alive, True, self.mac, password, level=3)
        return Uplink(self._host, self._port, connect, (Subscription(wire.request_topic(self.native_id), 1),))

    def start(self, now: float) -> Effects:
        """Power on: it knows no time."""
        self._power_on, self._ahead = now, None
        self.plug.advance(now)
        return NOTHING

    def connected(self, now: float) -> Effects:
        """It begins to boot."""
        self._boot = Boot(self)
        return self._boot.begin(now)

    def disconnected(self, reason: str, now: float) -> Effects:
        """It goes on without its cloud."""
        self._boot = None
        self.losses += 1
        return NOTHING

    def message(self, topic: str, payload: bytes, now: float) -> Effects:
        """A message over MQTT; the answer goes where the message says."""
        try:
            message = wire.decode(payload)
            data, effects = self._take(message, now)
        except BadMessage as error:
            return (Note("bad_frame", str(error)),)
        if data is None:
            return effects
        if not _TOPIC.fullmatch(message.header.source):
            return *effects, Note("no_return_address", message.header.source[:64])
        return Publish(message.header.source, data, 1), *effects

    def http(self, request: Request, now: float) -> Reply:
        """A message over `POST /config`; the answer is the reply."""
        if (request.method, request.path) != ("POST", "/config"):
            return Reply(404)
        try:
            data, effects = self._take(wire.decode(request.body), now)
        except BadMessage:
            return Reply(400)
        return Reply(200, data or b"", effects=effects)

    def wake(self, now: float) -> Effects:
        """The next step of its boot, or the clock again."""
        return self._boot.wake(now) if self._boot else NOTHING

    def set(self, key: str, value: Any, now: float) -> Effects:
        """`onoff` presses its button; `load` in W, `voltage` in V and `signal` in % are what surrounds it.

        A number may be written out, and true and false are numbers, as the shell has them.
        """
        low, high = _BOUNDS.get(key, (1.0, 0.0))
        try:
            number = float(_WORDS.get(str(value).lower(), value))
        except (TypeError, ValueError):
            number = nan
        if not low <= number <= high:
            raise InvalidValue(f"{key} cannot be {value!r}", hint=f"What can be set, and its bounds: {_BOUNDS}")
        if key == "onoff":
            return self.switch(round(number), now)
        self.plug.advance(now)
        setattr(self.plug, key, number)
        return NOTHING

    def state(self) -> Mapping[str, Any]:
        """The button, and the room around it."""
        plug = self.plug
        return {"onoff": int(plug.on), "load": plug.load, "voltage": plug.voltage, "signal": plug.signal}

    # What its handlers ask of it.

    def switch(self, onoff: int, now: float) -> Effects:
        """Turn the relay; a number other than 0 and 1 leaves it alone. When it moves, the cloud is told."""
        if onoff not in (0, 1) or not self.plug.switch(bool(onoff), now, self.clock(now)):
            return NOTHING
        return (self.push(TOGGLE_X if self.generation.toggle_x else TOGGLE, self.toggle(), now),)

    def move(self, key: Key) -> Effects:
        """It belongs to someone else, or shall call elsewhere, from its next connection on."""
        self._key, self._user_id, self._keyed, self.bound_at = key.key, str(key.user_id), True, 0
        self._host, self._port = key.gateway.host, int(key.gateway.port)
        return (Close("told to call another cloud"),) if key.gateway.redirect == 1 else NOTHING

    def reset(self) -> Effects:
        """As it left the factory."""
        self._key, self._user_id, self._host, self.ssid, self._keyed, self.bound_at = "", "0", "", "", False, 0
        return (Close("reset to factory settings"),)

    def answer(self, method: str, namespace: str, payload: Params, now: float) -> tuple[str, Outcome]:
        """The method and the payload of the answer to a request."""
        handler = HANDLERS.get((method, namespace))
        try:
            if handler is None or namespace not in self.generation.abilities:
                raise Refused(NOT_SUPPORTED)
            return wire.ACK[method], handler(self, payload, now)
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
            message_id=message_id or self._random(16).hex(),
            key=self._key,
            source=source or wire.publish_topic(self.native_id),
            timestamp=self.clock(now),
            timestamp_ms=int(now % 1 * 1000),
        )

    def push(self, namespace: str, payload: Params, now: float) -> Publish:
        """Tell the cloud."""
        return Publish(wire.publish_topic(self.native_id), self.say("PUSH", namespace, payload, now), 1)

    def uptime(self, now: float) -> float:
        """Seconds since power-on."""
        return now - self._power_on

    def clock(self, now: float) -> int:
        """The time as it knows it: the uptime, until it was told better."""
        return int(self.uptime(now) + (self._ahead or 0.0))

    def synchronised(self) -> bool:
        """Whether it has been told the time since power-on."""
        return self._ahead is not None

    def utc_offset(self, now: float) -> int:
        """Seconds its local time is ahead of UTC."""
        offset = datetime.fromtimestamp(now, self.plug.zone).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def online(self) -> Params:
        """Whether its cloud has answered it."""
        return {"status": 1 if self._boot and self._boot.done else 0}

    def toggle(self) -> Params:
        """Its relay, as this generation says it."""
        state = {"onoff": int(self.plug.on), "lmTime": self.plug.switched}
        return {"togglex": [{"channel": 0, **state}]} if self.generation.toggle_x else {"toggle": state}

    def hardware(self) -> Params:
        """Its label."""
        made = self.generation
        return {
            "type": self.model,
            "subType": made.sub_type,
            "version": made.hardware,
            "chipType": made.chip,
            "uuid": self.native_id,
            "macAddress": self.mac,
        }

    def firmware(self) -> Params:
        """What runs on it, and where it calls."""
        return {
            "version": self.generation.firmware,
            "compileTime": self.generation.compiled,
            "wifiMac": "2c:6e:a4:55:c6:47",
            "innerIp": self.address,
            "server": self._host,
            "port": self._port,
            "userId": int(self._user_id) if self._user_id.isdecimal() else self._user_id,
        }

    def time(self, now: float) -> Params:
        """Its clock and time zone."""
        rule = timezones.rules(self.plug.zone, now) if self.timezone else []
        return {"timestamp": self.clock(now), "timezone": self.timezone, "timeRule": rule}

    def system(self, now: float) -> Params:
        """What System.All begins with."""
        return {
            "hardware": self.hardware(),
            "firmware": self.firmware(),
            "time": self.time(now),
            "online": self.online(),
        }

    def _take(self, message: Message, now: float) -> tuple[bytes | None, Effects]:
        """Act on a message; returns the answer, if it is one to be answered, and what follows it."""
        header = message.header
        if self._keyed and not wire.verify(header, self._key):
            error = {"error": {"code": BAD_SIGN, "detail": "sign error"}}
            return self.say("ERROR", header.namespace, error, now, message_id=header.message_id), NOTHING
        payload = message.body()
        if header.method not in wire.ACK:
            return None, self._hear(header.method, header.namespace, payload, now)
        method, outcome = self.answer(header.method, header.namespace, payload, now)
        return self.say(method, header.namespace, outcome.payload, now, message_id=header.message_id), outcome.effects

    def _hear(self, method: str, namespace: str, payload: Params, now: float) -> Effects:
        if (method, namespace) == ("PUSH", namespaces.UNBIND):
            return self.reset()
        if (method, namespace) == ("PUSH", namespaces.CLOCK):
            told = payload.get("clock")
            timestamp = told.get("timestamp") if isinstance(told, dict) else None
            if type(timestamp) is not int:
                return (Note("bad_payload", namespace),)
            self._ahead = timestamp - self.uptime(now)
        return self._boot.heard(method, namespace, now) if self._boot else NOTHING
