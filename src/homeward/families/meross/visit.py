"""The house's call on a device at its own address: while it does not call here it is asked, and can be told."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from homeward.errors import DeviceOffline
from homeward.families.base import NOTHING, Answer, Call, Effect, Effects, Home, Note, Report, Wake
from homeward.families.meross import lan, wire
from homeward.families.meross.calls import Waiting, key_after, parse, result
from homeward.families.meross.knowledge import Knowledge
from homeward.families.meross.lan import Ask, Response
from homeward.families.meross.namespaces import ABILITY, ALL
from homeward.families.meross.schedule import Schedule
from homeward.families.meross.wire import BadMessage, Message
from homeward.model import Device

_FAILURES = 3
"""Requests in a row that a device may leave without an answer before it counts as gone."""
_WHOLE = 60.0
"""Seconds between two times that it is asked for everything: here nothing is pushed."""


class _Sent(NamedTuple):
    ask: Ask
    message_id: str
    key: str
    """What it is acknowledged with."""
    caller: Waiting | None


class LanVisit:
    """Signed with its account's key, and encrypted if its abilities want that."""

    transport = "http at its own address"

    def __init__(self, home: Home, device: Device, key: str) -> None:
        self.native_id: str | None = device.native_id
        self.host, self.port = lan.endpoint(device.description.address, lan.PORT)
        self.deadline: float = home.settings.lan_deadline
        self.over = ""
        self._home, self._uuid, self._key = home, device.native_id, key
        self._secret = lan.secret_of(device.native_id, key, device.native.get("abilities", ()))
        self._knowledge = Knowledge(home, device.native_id)
        self._schedule = Schedule(home.settings)
        self._queue: deque[tuple[Ask, Waiting | None]] = deque()
        self._sent: _Sent | None = None
        self._response = Response()
        self._fault = ""
        self._failures = _FAILURES - 1  # of one that has never answered the first is the last
        self._met = False
        self._replan = 0.0

    def opened(self, now: float) -> Effects:
        """Ask how it stands."""
        self._knowledge.recall()
        return self.wake(now)

    def wake(self, now: float) -> Effects:
        """Ask again, unless it is still busy with the last time."""
        if not self._queue:
            self._ask(Ask("GET", ALL, {}))
            for namespace in self._due(now):
                self._ask_for(namespace)
        return (Wake(self._home.settings.poll_lan),)

    def lost(self, reason: str, now: float) -> Effects:
        """It is over; nobody will be answered any more."""
        callers = [caller for _, caller in self._queue] + [self._sent.caller if self._sent else None]
        error = DeviceOffline(f"the visit ended before the device answered: {reason}")
        self._queue.clear()
        self._sent = None
        return [Answer(caller.token, error=error) for caller in callers if caller]

    def adopted(self, now: float) -> Effects:
        """Only adopted devices are called on."""
        return NOTHING

    def call(self, token: int, call: Call, now: float) -> Effects:
        """As over MQTT; see `DeviceSession.call`."""
        method, namespace, params = parse(call)
        ask = Ask(method, namespace, params)
        if method == "PUSH":
            self._ask(ask)
            return (Answer(token),)
        self._queue.appendleft((ask, Waiting(token, method, namespace, now, self._key)))
        return NOTHING

    def take(self, now: float) -> bytes:
        """The next request."""
        if not self._queue:
            return b""
        ask, caller = self._queue.popleft()
        after = key_after(ask.namespace, ask.payload, self._key)
        self._sent = _Sent(ask, self._home.random(16).hex(), after, caller)
        self._response, self._fault = Response(), ""
        data = wire.encode(
            *ask,
            message_id=self._sent.message_id,
            key=self._key,
            source=f"http://{self.host}/config",
            timestamp=int(now),
            timestamp_ms=int(now % 1 * 1000),
        )
        return lan.request(self.host, lan.seal(data, self._secret_for(ask)))

    def receive(self, data: bytes) -> bool:
        """A piece of the reply; what is none ends it too."""
        try:
            return self._response.receive(data)
        except BadMessage as error:
            self._fault = str(error)
            return True

    def answered(self, failure: str, now: float) -> Effects:
        """The reply is read, and what was asked for told."""
        sent, self._sent = self._sent, None
        if sent is None:
            return NOTHING
        try:
            message = self._read(sent, failure or self._fault)
        except (BadMessage, DeviceOffline) as error:
            return self._failed(sent, error)
        self._failures, self._met = 0, True
        return self._learn(sent, message, now) if message else NOTHING

    def _read(self, sent: _Sent, failure: str) -> Message | None:
        """The answer; None to a push, which nothing need answer."""
        if failure:
            raise DeviceOffline(f"{self.host}: {failure}")
        body = self._response.body()
        if not body and sent.ask.method == "PUSH":
            return None
        if not body:
            raise DeviceOffline(f"{self.host} hung up without an answer", hint=lan.HUNG_UP)
        message = lan.unseal(body, self._secret_for(sent.ask))
        if not any(wire.verify(message.header, key) for key in {self._key, sent.key}):
            self.over = f"whoever is at {self.host} has another key"
            raise BadMessage(self.over)
        if lan.uuid_of(message) != self._uuid:
            self.over = f"another device is at {self.host}"
            raise BadMessage(self.over)
        if message.header.message_id != sent.message_id and message.header.method != "PUSH":
            raise BadMessage("the answer is not to what was asked")
        return message

    def _learn(self, sent: _Sent, message: Message, now: float) -> Effects:
        effects: list[Effect] = [result(sent.caller, message)] if sent.caller else []
        if message.header.method == "SETACK":
            question = self._knowledge.layout.confirms(sent.ask.namespace) if self._knowledge.layout else None
            self._ask_for(question or ALL)
        elif message.header.method in ("GETACK", "PUSH") and (
            heard := self._knowledge.hear(message, now, adopted=True)
        ):
            self._replan = 0.0 if heard.renewed else self._replan
            effects += [*([heard.seen] if heard.seen else []), *heard.notes]
            effects += [Report(self._uuid, heard.values)] if heard.values else []
        return effects

    def _failed(self, sent: _Sent, error: BadMessage | DeviceOffline) -> Effects:
        self._failures += 1
        if self._failures >= _FAILURES and not self.over:
            self.over = f"it does not answer at {self.host} either: {error}"
        note = Note("lan_failure", f"{self._uuid}: {sent.ask.namespace}: {error}")
        effects: list[Effect] = [note] if self._met else []  # one that is simply not there is no news every minute
        return [*effects, Answer(sent.caller.token, error=error)] if sent.caller else effects

    def _due(self, now: float) -> list[str]:
        layout = self._knowledge.layout
        if layout and now >= self._replan:
            self._schedule.plan(layout.asks, now)
            self._replan = now + _WHOLE
        return [namespace for namespace in self._schedule.take(now) if namespace != ALL]

    def _ask_for(self, namespace: str) -> None:
        layout = self._knowledge.layout
        question = ("GET", {}) if namespace == ALL else layout.question(namespace) if layout else None
        if question:
            self._ask(Ask(question[0], namespace, question[1]))

    def _ask(self, ask: Ask) -> None:
        self._queue.append((ask, None))

    def _secret_for(self, ask: Ask) -> bytes | None:
        return None if ask.namespace == ABILITY else self._secret
