"""A broker at whose desk a test sits: exact bytes in, exact bytes out, time and power cuts as the test says.

desk = Desk()
line = desk.line()
line.send("10 0d 0004 'MQTT' 04 02 003c 0001 'a'")
line.expect("20 02 00 00")
"""

from __future__ import annotations

import re
from collections import deque

from homeward.mqtt.broker import Broker, Challenge, Connection, Limits, Refusal
from homeward.mqtt.packets import Auth, Connect, Subscribe, Subscription
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import Reason
from homeward.testing.clock import VirtualClock
from tests.mqtt.house import Memory, TestGuest

_TEXT = re.compile("'([^']*)'")


def octets(packet: str | bytes) -> bytes:
    """The bytes that are written here in hex, with blanks where one likes and text between single quotes."""
    if isinstance(packet, bytes):
        return packet
    return bytes.fromhex(_TEXT.sub(lambda text: text[1].encode().hex(), packet))


class Desk:
    """A broker on a virtual clock, with a vault that outlives it.

    With `patient`, what the vault is given is kept only at `desk.vault.commit()`. `session_expiry` and `keep_alive` are
    what its clients may have at most (`Guest`).
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        patient: bool = False,
        session_expiry: float = 3600.0,
        keep_alive: int = 0,
    ) -> None:
        self.limits = limits or Limits()
        self.clock = VirtualClock()
        self.session_expiry = session_expiry
        self.keep_alive = keep_alive
        self._patient = patient
        self.vault = Memory(patient=patient)
        self.broker = Broker(self.limits, self.clock.now, self.vault)
        self._lines: list[Line] = []
        self._ids = 0

    def line(self, *answers: Refusal | Challenge) -> Line:
        """A new network connection. To a sign-in and the steps after it, the house gives these answers and then yes."""
        line = Line(self, answers)
        self._lines.append(line)
        return line

    def client(
        self,
        client_id: str = "a",
        *,
        level: int = 4,
        clean: bool = True,
        keep_alive: int = 0,
        properties: Properties = NONE,
    ) -> Line:
        """A client that is connected; for tests of what comes after. It is sent nothing but its CONNACK."""
        line = self.line()
        line.send(Connect(client_id, keep_alive, clean, level=level, properties=properties).encode(level))
        greeting = line.take()
        assert not line.ended
        assert greeting[0] == 0x20, greeting.hex(" ")
        assert len(greeting) == 2 + greeting[1], greeting.hex(" ")
        return line

    def advance(self, seconds: float) -> None:
        """Let time pass. Once a second, keep-alives are looked after and the broker sweeps."""
        end = self.clock.now() + seconds
        while (left := end - self.clock.now()) > 0:
            self.clock.advance(min(left, 1.0))
            for line in self._lines:
                line.tick()
            self.broker.sweep()

    def restart(self) -> None:
        """As if the process were killed and begun again: what the vault has kept is all there is."""
        for line in self._lines:
            line.connection.over = line.connection.over or "the broker was killed"
        self._lines.clear()
        kept = self.vault.kept
        self.vault = Memory(patient=self._patient)
        self.vault.kept = kept
        self.broker = Broker(self.limits, self.clock.now, self.vault)
        self.broker.restore(list(kept.items()))

    def new_id(self) -> str:
        """A client id for a client that brings none: assigned-1, assigned-2, …"""
        self._ids += 1
        return f"assigned-{self._ids}"


class Line:
    """One network connection to the broker, and its host."""

    def __init__(self, desk: Desk, answers: tuple[Refusal | Challenge, ...]) -> None:
        self.desk = desk
        self.guest: TestGuest | None = None
        """Who signed in, as the broker asks it: what is `forbidden` to it, what it `heard`."""
        self.requests: list[Connect] = []
        """What the house was asked to let in."""
        self.connection = Connection(desk.limits, self, desk.clock.now())
        self._answers = deque(answers)

    def send(self, packet: str | bytes) -> None:
        """Bytes from the client, as `octets` reads them."""
        self.connection.receive(octets(packet), self.desk.clock.now())

    def take(self) -> bytes:
        """The bytes that the client has got since last asked."""
        return self.connection.take()

    def expect(self, packet: str | bytes) -> None:
        """Exactly these bytes, as `octets` reads them, are what the client has got since last asked."""
        got, wanted = self.take(), octets(packet)
        assert got == wanted, f"{got.hex(' ')} came, not {wanted.hex(' ')}"

    def expect_end(self, packet: str | bytes = b"", why: str = "") -> None:
        """Exactly these bytes have come, and the broker closes the connection, for a reason that mentions `why`."""
        self.expect(packet)
        assert self.ended
        assert why in self.ended, self.ended

    def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        """Subscribe and take the answer; for tests of what comes after."""
        level = self.connection.level
        self.send(Subscribe(1, (Subscription(topic_filter, qos),)).encode(level))
        answer = self.take()
        assert answer[:1] == b"\x90", answer.hex(" ")

    @property
    def ended(self) -> str:
        """Why the connection is over; empty while it stands."""
        return self.connection.over

    def hang_up(self) -> None:
        """The network connection is gone, without a word."""
        self.connection.lost("the network is gone")

    def tick(self) -> None:
        """Time has passed."""
        silent = "" if self.ended else self.connection.expired(self.desk.clock.now())
        if silent:
            self.connection.close(silent, Reason.KEEP_ALIVE_TIMEOUT)

    def sign_in(self, request: Connect) -> TestGuest | Refusal | Challenge:
        """As its host: the next answer, or a guest by its client id."""
        self.requests.append(request)
        return self._answer()

    def proceed(self, exchange: Auth) -> TestGuest | Refusal | Challenge:
        """As its host."""
        return self._answer()

    def new_id(self) -> str:
        """As its host."""
        return self.desk.new_id()

    def stir(self) -> None:
        """As its host, who looks when the test does."""

    def answers(self, *answers: Refusal | Challenge) -> None:
        """What the house says to the next steps of its authentication, before yes."""
        self._answers.extend(answers)

    def _answer(self) -> TestGuest | Refusal | Challenge:
        if self._answers:
            return self._answers.popleft()
        if not self.guest:
            desk = self.desk
            self.guest = TestGuest(desk.broker, self.requests[-1].client_id, desk.session_expiry, desk.keep_alive)
        return self.guest
