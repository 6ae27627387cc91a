from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from homeward.bus.local import LocalBus
from homeward.errors import InvalidValue, StorageError
from homeward.families.base import Peer
from homeward.hub.hub import Hub
from homeward.model import Secret
from homeward.mqtt import passwords, users
from homeward.mqtt.broker import Broker, Connection, Limits, Refusal
from homeward.mqtt.packets import Auth, Connect, Packet, Subscribe, Subscription
from homeward.mqtt.reasons import Reason
from homeward.net.failures import FAILURE_WINDOW
from homeward.net.people import BURST, OWNER, PACE, People, Person, UserNotFound
from homeward.settings import Mqtt, Settings
from homeward.testing.clock import VirtualClock
from homeward.testing.home import seeded
from homeward.testing.store import MemoryStore

from .echo import TestHouse

HERE, THERE = Peer("192.0.2.1", 4000, "tcp:1883"), Peer("192.0.2.2", 4000, "tcp:1883")
SESAME = Secret("sesame")


class PeopleHouse:
    """A hub and a broker for people, and no sockets."""

    def __init__(self, store: MemoryStore | None = None, **settings: Any) -> None:
        self.clock = VirtualClock()
        self.store = store or MemoryStore()
        self.hub = Hub(store=self.store, bus=LocalBus(), clock=self.clock, settings=Settings(), advertise="", ports={})
        self.broker = Broker(Limits(), self.clock.now)
        self.people = People(self.hub, self.broker, Mqtt(**settings), failures=3, randomness=seeded())

    def sign_in(self, name: str | None, password: bytes | None = None, peer: Peer = HERE) -> Person | Refusal:
        return self.people.sign_in(Connect("c1", username=name, password=password), peer, self.clock.now())


class Line:
    """A client's connection to that house."""

    def __init__(self, house: PeopleHouse, client_id: str, name: str = "bob", *, clean: bool = True) -> None:
        self._house = house
        self.connection = Connection(Limits(), self, 0.0)
        self.send(Connect(client_id, username=name, password=b"sesame", clean=clean))

    def sign_in(self, request: Connect) -> Person | Refusal:
        return self._house.people.sign_in(request, HERE, self._house.clock.now())

    def proceed(self, exchange: Auth) -> Refusal:
        return Refusal(5, "")

    def new_id(self) -> str:
        return "new"

    def stir(self) -> None:
        self.connection.take()

    def send(self, packet: Packet) -> None:
        self.connection.receive(packet.encode(4), 0.0)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time."""
    monkeypatch.setattr(passwords, "COST", (16, 8, 1))
    monkeypatch.setattr(users, "_DECOY", users._DECOY.replace("$16384$", "$16$"))


@pytest.fixture
def house() -> PeopleHouse:
    house = PeopleHouse()
    house.people.put("bob", password=SESAME, publish=("of/%u/%c",))
    return house


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The passwords that are hashed from now on."""
    hashed: list[bytes] = []
    scrypt = hashlib.scrypt

    def count(password: bytes, **parameters: Any) -> bytes:
        hashed.append(password)
        return scrypt(password, **parameters)

    monkeypatch.setattr(hashlib, "scrypt", count)
    return hashed


def test_a_user_signs_in_with_its_password_under_its_own_rules(house: PeopleHouse) -> None:
    person = house.sign_in("bob", b"sesame")
    assert isinstance(person, Person)
    assert person.broker is house.broker
    assert person.may_publish("of/bob/c1")
    assert not person.may_publish("of/bob/c2")
    assert person.may_subscribe("#")
    assert person.session_expiry == 7 * 86_400


@pytest.mark.parametrize(("name", "password"), [("bob", b"wrong"), ("bob", None), ("nobody", b"sesame"), ("", b"")])
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(
    house: PeopleHouse, name: str, password: bytes | None
) -> None:
    assert house.sign_in(name, password) == Refusal(4, "the user name or the password is wrong")


def test_who_gives_no_name_comes_in_only_where_that_is_allowed(house: PeopleHouse) -> None:
    refusal = house.sign_in(None)
    assert isinstance(refusal, Refusal)
    assert refusal.code == 5
    anybody = PeopleHouse(anonymous=True).sign_in(None)
    assert isinstance(anybody, Person)
    assert anybody.may_publish("a")


def test_one_users_client_does_not_take_over_anothers_of_the_same_id(house: PeopleHouse) -> None:
    house.people.put("carol", password=SESAME)
    both = [house.sign_in(name, b"sesame") for name in ("bob", "carol")]
    assert [person.identity for person in both if isinstance(person, Person)] == ["bob:c1", "carol:c1"]


def test_a_storm_of_reconnecting_clients_costs_one_hash(house: PeopleHouse, hashes: list[bytes]) -> None:
    for _ in range(100):
        assert isinstance(house.sign_in("bob", b"sesame"), Person)
    assert hashes == [b"sesame"]


def test_a_client_that_tries_the_same_wrong_password_for_ever_costs_one_hash_and_locks_nobody_out(
    house: PeopleHouse, hashes: list[bytes]
) -> None:
    for _ in range(100):
        assert isinstance(house.sign_in("bob", b"wrong"), Refusal)
        assert isinstance(house.sign_in("nobody", b"wrong"), Refusal)
    assert isinstance(house.sign_in("bob", b"sesame"), Person)
    assert hashes == [b"wrong", b"wrong", b"sesame"]


def test_an_address_that_guesses_must_wait_and_costs_no_hash_meanwhile(house: PeopleHouse, hashes: list[bytes]) -> None:
    for guess in (b"1", b"2", b"3"):
        house.sign_in("bob", guess)
    for password in (b"4", b"sesame", b"1"):
        refusal = house.sign_in("bob", password)
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.precisely) == (3, Reason.CONNECTION_RATE_EXCEEDED)
    assert hashes == [b"1", b"2", b"3"]
    assert isinstance(house.sign_in("bob", b"sesame", THERE), Person)
    house.clock.advance(FAILURE_WINDOW)
    assert isinstance(house.sign_in("bob", b"sesame"), Person)


def test_passwords_from_anywhere_are_verified_at_a_pace_that_leaves_devices_their_time(
    house: PeopleHouse, hashes: list[bytes]
) -> None:
    assert isinstance(house.sign_in("bob", b"sesame"), Person)
    guesses = [house.sign_in("bob", b"%d" % n, Peer(f"2001:db8::{n:x}", 1)) for n in range(BURST + 10)]
    codes = [guess.precisely for guess in guesses if isinstance(guess, Refusal)]
    assert codes == [Reason.BAD_USER_NAME_OR_PASSWORD] * (BURST - 1) + [Reason.SERVER_BUSY] * 11
    assert len(hashes) == BURST
    assert isinstance(house.sign_in("bob", b"sesame"), Person)
    house.clock.advance(PACE)
    assert house.sign_in("bob", b"late") == house.sign_in("bob", b"1")
    assert len(hashes) == BURST + 1


def test_users_outlive_a_restart(house: PeopleHouse) -> None:
    again = PeopleHouse(house.store)
    assert list(again.people) == list(house.people)
    person = again.sign_in("bob", b"sesame")
    assert isinstance(person, Person)
    assert not person.may_publish("of/carol/c1")


def test_no_password_is_in_what_is_stored(house: PeopleHouse) -> None:
    fact = house.store.load().facts[OWNER]["user:bob"]
    assert fact["password"].startswith("scrypt$")
    assert "sesame" not in str(fact)


def test_a_new_user_without_a_password_is_drawn_one(house: PeopleHouse) -> None:
    user, drawn, _ = house.people.put("carol")
    assert drawn
    assert len(drawn.reveal()) == 24
    assert isinstance(house.sign_in("carol", drawn.reveal().encode()), Person)
    assert drawn.reveal() not in repr(user)


def test_what_is_not_given_stays_as_it_was(house: PeopleHouse) -> None:
    user, drawn, _ = house.people.put("bob", subscribe=("a/#",))
    assert (user.publish, user.subscribe, drawn) == (("of/%u/%c",), ("a/#",), None)
    assert isinstance(house.sign_in("bob", b"sesame"), Person)
    house.people.put("bob", password=Secret("other"))
    assert isinstance(house.sign_in("bob", b"sesame"), Refusal)
    assert isinstance(house.sign_in("bob", b"other"), Person)


def test_a_password_may_come_as_mosquittos_hash(house: PeopleHouse) -> None:
    stored = (
        "$6$Y8+DVcRM355QW/uk$qXV/qyrrrXg0Has7f+8tNkU4A5yYWw6RnlxX1276+LgmHRoX7JTcougAH9seJ/SIswReqqotJdylVUI2NP1gBw=="
    )
    house.people.put("dave", password_hash=Secret(stored))
    assert isinstance(house.sign_in("dave", b"sesame"), Person)


@pytest.mark.parametrize(
    "given",
    [
        {"password": Secret("")},
        {"password": SESAME, "password_hash": SESAME},
        {"password_hash": SESAME},
        {"publish": ("a/#/b",)},
    ],
)
def test_what_will_not_do_is_refused_and_changes_nothing(house: PeopleHouse, given: dict[str, Any]) -> None:
    for name in ("bob", "carol"):
        with pytest.raises(InvalidValue):
            house.people.put(name, **given)
    assert [user.name for user in house.people] == ["bob"]
    assert isinstance(house.sign_in("bob", b"sesame"), Person)


def test_what_the_store_refuses_has_not_happened(house: PeopleHouse) -> None:
    house.store.fail("disk full")
    house.store._backlog = 0
    for attempt in (
        lambda: house.people.remove("bob"),
        lambda: house.people.put("bob", password=Secret("other")),
        lambda: house.people.put("carol"),
    ):
        with pytest.raises(StorageError):
            attempt()
    assert [user.name for user in house.people] == ["bob"]
    assert isinstance(house.sign_in("bob", b"sesame"), Person)


def test_a_removed_user_is_gone_for_good(house: PeopleHouse) -> None:
    house.people.remove("bob")
    assert isinstance(house.sign_in("bob", b"sesame"), Refusal)
    assert list(PeopleHouse(house.store).people) == []
    with pytest.raises(UserNotFound):
        house.people.remove("bob")


def test_a_removed_users_clients_are_disconnected_and_their_sessions_end(house: PeopleHouse) -> None:
    house.people.put("bobby", password=SESAME)
    here, away = Line(house, "1", clean=False), Line(house, "2", clean=False)
    other = Line(house, "1", "bobby")
    away.connection.lost("gone")
    assert set(house.broker.sessions) == {"bob:1", "bob:2", "bobby:1"}
    house.people.remove("bob")
    assert here.connection.over == "its user was changed or removed"
    assert other.connection.guest
    assert set(house.broker.sessions) == {"bobby:1"}


def test_clients_connect_anew_under_changed_rules_and_with_nothing_of_the_old_ones(house: PeopleHouse) -> None:
    line = Line(house, "1", clean=False)
    line.send(Subscribe(1, (Subscription("secret/#"),)))
    house.people.put("bob", subscribe=("open/#",))
    assert line.connection.over
    assert house.broker.publish("secret/a", b"x") == 0


def test_a_changed_password_leaves_the_sessions_to_who_knows_it(house: PeopleHouse) -> None:
    line = Line(house, "1", clean=False)
    line.send(Subscribe(1, (Subscription("a"),)))
    house.people.put("bob", password=Secret("other"))
    assert line.connection.over
    assert set(house.broker.sessions) == {"bob:1"}


def test_connected_clients_are_counted_by_user(house: PeopleHouse) -> None:
    lines = [Line(house, name, clean=False) for name in ("1", "2", "3")]
    lines[0].connection.lost("gone")
    assert house.people.connected() == {"bob": 2}


async def test_devices_at_an_address_that_guesses_are_not_locked_out(build: Callable[..., TestHouse]) -> None:
    house = build(sign_in_failures=1)
    assert await answer(house, Connect("c1", username="bob", password=b"guess")) == b"\x20\x02\0\4"
    assert await answer(house, Connect("c1", username="bob", password=b"another")) == b"\x20\x02\0\3"
    assert await answer(house, Connect("echo", username="u", password=b"sesame")) == b"\x20\x02\0\0"
    verdicts = [entry.verdict for entry in house.log()]
    assert verdicts == [
        "the user name or the password is wrong",
        "too many sign-ins from this address have failed: wait 600 s",
        "ok",
    ]
    assert not any(word in repr(house.log()) for word in ("guess", "another", "sesame"))


@pytest.mark.parametrize("level", [3, 4, 5])
async def test_users_sign_in_at_the_door_of_the_devices_in_every_version(
    build: Callable[..., TestHouse], level: int
) -> None:
    house = build()
    house.household.people.put("bob", password=SESAME)
    connack = await answer(house, Connect("c1", username="bob", password=b"sesame", level=level))
    assert connack[0] == 0x20
    assert connack[3] == 0
    assert house.household.people.connected() == {"bob": 1}
    assert house.hub.devices() == []


async def answer(house: TestHouse, request: Connect) -> bytes:
    """What the house says to a CONNECT, in the first moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request.encode())
    data = await asyncio.wait_for(reader.read(100), 5)
    writer.close()
    return data
