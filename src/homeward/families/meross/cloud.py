"""The cloud's half of the conversation with a device.

A device's messages are routed by its session and not by the broker, once their signature has been verified: what a
device did not sign, or says before its owner has adopted it, reaches nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from sys import intern
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET

from homeward.errors import DeviceOffline
from homeward.families.base import NOTHING, Answer, Call, Effect, Effects, Happened, Home, Note, Publish, Report, Seen
from homeward.families.meross import timezones, wire
from homeward.families.meross.accounts import Account
from homeward.families.meross.calls import Waiting, key_after, parse, result
from homeward.families.meross.knowledge import Heard, Knowledge
from homeward.families.meross.namespaces import (
    ABILITY,
    ALL,
    CLOCK,
    CONSUMPTION_CONFIG,
    HUB_BIND,
    HUB_UNBIND,
    NAMESPACES,
    ONLINE,
    SUBDEVICES,
    TIME,
    UNBIND,
    UPGRADE,
)
from homeward.families.meross.schedule import Schedule
from homeward.families.meross.wire import BadMessage, Header, Message, Params, ReadMessage
from homeward.model import Description

RETURN_TOPIC = "/cloud/homeward/subscribe"
"""Where devices answer the cloud. Nobody can subscribe to it."""
ONLINE_STATUS, OFFLINE_STATUS = 1, 2

_PATIENCE = 60.0
"""Seconds after which nobody waits for an answer any more, whatever the caller's deadline."""


class DeviceSession:
    """A device, from its sign-in with the right password to the end of its connection."""

    __slots__ = (
        "_account",
        "_adopted",
        "_home",
        "_key",
        "_knowledge",
        "_listening",
        "_mac",
        "_publish_topic",
        "_push_topic",
        "_schedule",
        "_sessions",
        "_topic",
        "_uuid",
        "_waiting",
        "identity",
        "native_id",
    )

    def __init__(
        self, home: Home, sessions: MutableMapping[str, DeviceSession], uuid: str, mac: str, account: Account
    ) -> None:
        self.native_id: str | None = uuid
        self.identity = uuid
        self._uuid = uuid
        self._mac = mac
        self._account = account
        self._key = account.key.reveal()
        self._home = home
        self._sessions = sessions
        self._topic = wire.request_topic(uuid)
        self._publish_topic = wire.publish_topic(uuid)
        self._push_topic = intern(wire.push_topic(account.user_id))
        self._adopted = False
        self._knowledge = Knowledge(home, uuid)
        self._listening = False
        self._waiting: dict[str, Waiting] = {}
        self._schedule = Schedule(home.settings)
        sessions[uuid] = self

    def may_publish(self, topic: str) -> bool:
        """Never by the broker: `published` passes on what was signed."""
        return False

    def may_subscribe(self, topic_filter: str) -> bool:
        """To what is said to it, and to nothing else."""
        return topic_filter == self._topic

    def opened(self, now: float) -> Effects:
        """It has signed in, and with that proved that it holds its account's key."""
        native = {"userId": self._account.user_id, "mac": self._mac}
        return (
            Seen(self._uuid, Description(manufacturer="Meross", mac=self._mac), native, f"Meross {self._mac[-5:]}"),
        )

    def subscribed(self, topic_filter: str, now: float) -> Effects:
        """It hears from here on: an adopted device is announced to its apps and asked how it stands."""
        self._listening = True
        device = self._home.device(self._uuid)
        self._adopted = device is not None and device.adopted
        self._knowledge.recall()
        return self._begin(now) if self._adopted else NOTHING

    def published(self, topic: str, payload: bytes, now: float) -> Effects:
        """It told something, or answered."""
        try:
            message = wire.read(payload) if topic == self._publish_topic else wire.decode(payload)
        except BadMessage as error:
            return (Note("bad_frame", f"{self._uuid}: {error}"),)
        if not wire.verify(message.header, self._key) and not self._is_signed_anew(message.header):
            return (Note("bad_signature", f"{self._uuid}: {message.header.namespace[:64]}"),)
        if isinstance(message, ReadMessage):
            return self._heard(message, payload, now)
        if topic == RETURN_TOPIC:
            return self._answered(message, now)
        reply = wire.REPLY_TOPIC.fullmatch(topic)
        if self._adopted and reply and reply[1] == self._account.user_id:
            return (Publish(topic, payload, 1),)
        return (Note("forbidden_topic", f"{self._uuid}: {topic[:128]}"),)

    def adopted(self, now: float) -> Effects:
        """From here on it is listened to."""
        if self._adopted:
            return NOTHING
        self._adopted = True
        return self._begin(now) if self._listening else NOTHING

    def call(self, token: int, call: Call, now: float) -> Effects:
        """Put `{GET|SET|DELETE|PUSH} Appliance…` to the device, GET when no verb is given; the result is the payload.

        A PUSH is not answered: its result is None, at once.
        """
        method, namespace, params = parse(call)
        message_id = self._home.random(16).hex()
        request = self._say(method, namespace, params, now, message_id)
        if method == "PUSH":
            return request, Answer(token)
        self._forget_old(now)
        self._waiting[message_id] = Waiting(token, method, namespace, now, key_after(namespace, params, self._key))
        return (request,)

    def wake(self, now: float) -> Effects:
        """It is time to ask for something again."""
        asked = [question for namespace in self._schedule.take(now) for question in self._ask(namespace, now)]
        return [*asked, *self._schedule.rest(now)]

    def lost(self, reason: str, now: float) -> Effects:
        """Its apps hear that it is gone, unless it has called again meanwhile."""
        error = DeviceOffline(f"the connection ended before the device answered: {reason}")
        effects: list[Effect] = [Answer(waiting.token, error=error) for waiting in self._waiting.values()]
        self._waiting.clear()
        if self._sessions.get(self._uuid) is self:
            del self._sessions[self._uuid]
            if self._adopted and self._listening:
                effects.append(self._online(OFFLINE_STATUS, now))
        return effects

    def _is_signed_anew(self, header: Header) -> bool:
        """Whether it acknowledges a new key with that key."""
        waiting = self._waiting.get(header.message_id)
        return waiting is not None and wire.verify(header, waiting.key)

    def _begin(self, now: float) -> Effects:
        return (
            self._online(ONLINE_STATUS, now),
            self._say("GET", ABILITY, {}, now),
            self._say("GET", ALL, {}, now),
        )

    def _heard(self, message: ReadMessage, data: bytes, now: float) -> Effects:
        header = message.header
        effects: list[Effect] = []
        if header.namespace not in NAMESPACES:
            effects.append(Note("unknown_namespace", f"{self._uuid}: {header.namespace[:64]}"))
        if (answer := _answer(message, self._home.settings, now)) is not None:
            method, payload = answer
            effects.append(self._say(method, header.namespace, payload, now, header.message_id))
        if header.method == "PUSH" and self._adopted:
            if what := _HAPPENED.get(header.namespace):
                effects.append(Happened(self._uuid, what, _told(message)))
            self._schedule.told(header.namespace, self._confirms(header.namespace), now)
            effects.append(Publish(self._push_topic, data, 1))
        return self._learn(message, now, effects)

    def _answered(self, message: Message, now: float) -> Effects:
        header = message.header
        waiting = self._waiting.pop(header.message_id, None)
        effects: list[Effect] = []
        if header.method in ("GETACK", "PUSH"):
            self._learn(message, now, effects)
        elif header.method == "SETACK" and waiting:
            question = self._confirms(waiting.namespace)
            self._schedule.acknowledged(waiting.namespace, question, waiting.since, now)
            if _echoes(message):
                self._learn(message, now, effects)
            effects += self._schedule.rest(now)
        elif header.method == "ERROR" and not waiting:
            effects.append(Note("device_error", f"{self._uuid}: {header.namespace[:64]}"))
        if waiting:
            effects.append(result(waiting, message))
        return effects

    def _learn(self, message: Message | ReadMessage, now: float, effects: list[Effect]) -> Effects:
        """Add what a message says of the device, and, of an adopted one, what it says of its entities."""
        values = self._knowledge.values(message, now) if self._adopted else None
        if values is not None:
            if values:
                effects.append(Report(self._uuid, values))
            return effects
        before = self._knowledge.layout
        heard = self._knowledge.hear(message, now, adopted=self._adopted)
        if heard is None:
            return effects
        if heard.notes:
            effects += heard.notes
        if heard.seen:
            effects.append(heard.seen)
        if heard.values:
            effects.append(Report(self._uuid, heard.values))
        namespace = message.header.namespace
        if self._adopted and (heard.seen or heard.renewed or heard.doubts or namespace == ABILITY):
            effects += self._care(namespace, heard, before is None, now)
        return effects

    def _care(self, namespace: str, heard: Heard, first: bool, now: float) -> Effects:
        """What follows from what an adopted device said."""
        layout = self._knowledge.layout
        is_planned = layout is not None and (heard.renewed or namespace == ABILITY)
        if layout and is_planned:
            self._schedule.plan(layout.asks, now)
        is_new = is_planned and first and namespace == ABILITY
        is_paired = heard.seen and "subdevices" in heard.seen.native and namespace != ALL
        doubts = (*heard.doubts, *((ALL,) if is_new or is_paired else ()))
        for question in doubts:
            self._schedule.doubt(question, now)
        effects = [*self.wake(now)] if is_planned or doubts else []
        timezone = self._home.settings.timezone
        if namespace == ALL and heard.seen and timezone and not self._knowledge.timezone:
            time = {"timestamp": int(now), "timezone": timezone, "timeRule": timezones.rules(ZoneInfo(timezone), now)}
            effects.append(self._say("SET", TIME, {"time": time}, now))
        return effects

    def _ask(self, namespace: str, now: float) -> Effects:
        layout = self._knowledge.layout
        question = ("GET", {}) if namespace == ALL else layout.question(namespace) if layout else None
        return (self._say(question[0], namespace, question[1], now),) if question else NOTHING

    def _confirms(self, namespace: str) -> str | None:
        layout = self._knowledge.layout
        return layout.confirms(namespace) if layout else None

    def _say(self, method: str, namespace: str, payload: Params, now: float, message_id: str = "") -> Effect:
        data = wire.encode(
            method,
            namespace,
            payload,
            message_id=message_id or self._home.random(16).hex(),
            key=self._key,
            source=RETURN_TOPIC,
            timestamp=int(now),
            timestamp_ms=int(now % 1 * 1000),
            trigger="CloudControl",
        )
        return Publish(self._topic, data, 1)

    def _online(self, status: int, now: float) -> Effect:
        """What apps hear of a device's coming and going. They read its uuid in `from`."""
        data = wire.encode(
            "PUSH",
            ONLINE,
            {"online": {"status": status}},
            message_id=self._home.random(16).hex(),
            key=self._key,
            source=self._topic,
            timestamp=int(now),
            timestamp_ms=UNSET,
        )
        return Publish(self._push_topic, data, 1)

    def _forget_old(self, now: float) -> None:
        for message_id, waiting in list(self._waiting.items()):
            if now - waiting.since < _PATIENCE:
                break
            del self._waiting[message_id]


def _echoes(message: Message) -> bool:
    """Whether a SETACK says how it stands now: most are empty."""
    row = NAMESPACES.get(message.header.namespace)
    try:
        return row is not None and row.key in message.body()
    except BadMessage:
        return False


def _told(message: ReadMessage) -> Params:
    """What is worth keeping of something that happened."""
    row = NAMESPACES[message.header.namespace]
    key = row.pushed or row.key
    return {key: message.payload[key]} if isinstance(message.payload, dict) and key in message.payload else {}


def _answer(message: ReadMessage, settings: Any, now: float) -> tuple[str, Params] | None:
    """What a device waits for: the time, its ratios back, and the receipt of whatever it SETs."""
    header, payload = message.header, message.payload
    if header.method == "SET":
        return "SETACK", {}
    if header.method != "PUSH":
        return None
    if header.namespace == CLOCK:
        return "PUSH", {"clock": {"timestamp": int(now)}}
    if header.namespace == CONSUMPTION_CONFIG:
        return "PUSH", payload
    listed = payload.get("subdeviceList") if header.namespace == SUBDEVICES and isinstance(payload, dict) else None
    if settings.subdevice_reply and isinstance(listed, dict) and listed.get("needReply") == 1:
        return "PUSH", {"subdeviceList": {**listed, "needReply": 0}}
    return None


_HAPPENED: Mapping[str, str] = {
    UNBIND: "unbound",
    UPGRADE: "upgrade",
    HUB_BIND: "subdevice_added",
    HUB_UNBIND: "subdevice_removed",
    "Appliance.Hub.Exception": "subdevice_trouble",
    "Appliance.Control.AlertReport": "alert",
}
"""What a device pushes that is no state."""
