from __future__ import annotations

import subprocess
import sys

import pytest

from homeward.errors import InvalidValue
from homeward.model import Secret
from homeward.mqtt import users
from homeward.mqtt.passwords import SALT, conceal
from homeward.mqtt.users import ANYONE, Rules, User, Users, check

HASH = Secret(conceal(b"sesame", bytes(SALT)))
BOB = User("bob", HASH)


def rules(*publish: str, subscribe: tuple[str, ...] = (), client_id: str = "c1") -> Rules:
    return Rules(User("bob", HASH, publish, subscribe), client_id)


def test_a_user_without_rules_of_its_own_may_do_everything_but_what_is_the_houses() -> None:
    may = Rules(BOB, "c1")
    assert may.may_publish("a/b")
    assert may.may_subscribe("#")
    assert not may.may_publish("$SYS/a")
    assert not may.may_subscribe("$SYS/#")


def test_a_topic_is_published_to_when_some_rule_takes_it_in() -> None:
    may = rules("home/+/set", "notes/#")
    for _ in range(2):
        assert may.may_publish("home/lamp/set")
        assert may.may_publish("notes")
        assert not may.may_publish("home/lamp/state")


def test_a_filter_is_subscribed_to_when_one_rule_covers_all_of_it() -> None:
    may = rules(subscribe=("home/+/state", "notes/#"))
    assert may.may_subscribe("home/+/state")
    assert may.may_subscribe("notes/+/today")
    assert not may.may_subscribe("home/#")
    assert not may.may_subscribe("#")


def test_a_user_with_no_rules_at_all_may_do_nothing() -> None:
    assert not rules().may_publish("a")
    assert not rules().may_subscribe("a")


def test_the_name_and_the_client_id_are_filled_in() -> None:
    may = rules("of/%u/%c", subscribe=("to-%u/#",), client_id="%u")
    assert may.may_publish("of/bob/%u")
    assert may.may_subscribe("to-bob/x")
    assert not may.may_publish("of/bob/bob")
    assert not may.may_publish("of/%u/%c")


@pytest.mark.parametrize("client_id", ["#", "+", "a/b", "", "a/#"])
def test_a_client_widens_no_rule_by_its_id(client_id: str) -> None:
    may = rules("of/%c", "of/%c/#", "plain", subscribe=("of/%c", "of/%c/#"), client_id=client_id)
    assert may.may_publish("plain")
    for topic in ("of", "of/a", "of/a/b", "of/", f"of/{client_id}"):
        assert not may.may_publish(topic)
        assert not may.may_subscribe(topic)


def test_a_nameless_client_has_no_rule_of_a_name() -> None:
    assert not Rules(User("", HASH, ("of/%u/#",)), "c1").may_publish("of//a")
    assert Rules(ANYONE, "c1").may_publish("a")


def test_no_more_verdicts_are_remembered_than_may_be() -> None:
    may = rules("a/+")
    for number in range(users._VERDICTS + 1):
        assert may.may_publish(f"a/{number}")
    assert users._permitted.cache_info().currsize == users._VERDICTS


def test_a_password_is_verified_once_and_recalled_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = Users([BOB], b"key")
    assert everyone.recall("bob", b"sesame") is None
    assert everyone.verify("bob", b"sesame")
    assert not everyone.verify("bob", b"wrong")
    monkeypatch.setattr(users, "verify", None)
    assert everyone.recall("bob", b"sesame") is True
    assert everyone.recall("bob", b"wrong") is False


def test_a_changed_password_is_not_what_was_recalled() -> None:
    everyone = Users([BOB], b"key")
    assert everyone.verify("bob", b"sesame")
    everyone.put(User("bob", Secret(conceal(b"other", bytes(SALT)))))
    assert everyone.recall("bob", b"sesame") is None
    assert not everyone.verify("bob", b"sesame")
    assert everyone.verify("bob", b"other")


def test_an_unknown_name_is_refused_as_slowly_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def never(password: bytes, stored: str) -> bool:
        asked.append(stored)
        return False

    monkeypatch.setattr(users, "verify", never)
    everyone = Users([BOB], b"key")
    assert not everyone.verify("nobody", b"sesame")
    assert not everyone.verify("bob", b"wrong")
    assert [stored.rsplit("$", 2)[0] for stored in asked] == ["scrypt$16384$8$1"] * 2


def test_a_removed_user_signs_in_no_more_and_is_known_again_when_put_back() -> None:
    everyone = Users([BOB], b"key")
    assert everyone.verify("bob", b"sesame")
    everyone.remove("bob")
    assert (everyone.find("bob"), list(everyone)) == (None, [])
    assert everyone.recall("bob", b"sesame") is None
    everyone.put(BOB)
    assert everyone.recall("bob", b"sesame") is True


@pytest.mark.parametrize(
    "user",
    [
        User("", HASH),
        User("x" * 101, HASH),
        *(User(f"a{sign}b", HASH) for sign in "+#/:\0\n"),
        User("bob", Secret("sesame")),
        User("bob", HASH, ("a/#/b",)),
        User("bob", HASH, subscribe=("a+",)),
        User("bob", HASH, ("",)),
    ],
)
def test_what_can_be_no_user_is_refused_without_its_hash(user: User) -> None:
    with pytest.raises(InvalidValue) as refused:
        check(user)
    assert "sesame" not in str(refused.value)


def test_a_user_shows_no_hash() -> None:
    assert check(BOB) is BOB
    assert HASH.reveal() not in repr(BOB)


def test_users_are_importable_without_the_house() -> None:
    program = (
        "import sys; import homeward.mqtt.users;"
        "heavy = ('asyncio', 'homeward.hub', 'homeward.net', 'homeward.settings', 'structlog', 'websockets');"
        "print(*[name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == ""
