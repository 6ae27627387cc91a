from __future__ import annotations

import pytest

from homeward.families.base import Refusal
from homeward.families.meross import wire
from homeward.families.meross.apps import AppSession
from homeward.families.meross.cloud import DeviceSession
from homeward.mqtt.packets import Connect
from homeward.testing.virtual_home import PEER
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, MAC, USER, UUID

DEVICE = f"fmware:{UUID}_0123456789abcdef"


def sign_in(
    house: House, client_id: str, username: str | None, password: str | bytes | None
) -> DeviceSession | AppSession | Refusal | None:
    raw = password.encode() if isinstance(password, str) else password
    answer = house.family.sign_in(Connect(client_id, username=username, password=raw), PEER, house.clock.now())
    assert answer is None or isinstance(answer, DeviceSession | AppSession | Refusal)
    return answer


def reason(answer: object, code: int) -> str:
    assert isinstance(answer, Refusal)
    assert answer.code == code
    return answer.reason


@pytest.mark.parametrize("client_id", [DEVICE, f"fmware:{UUID}"])
def test_a_device_with_the_key_of_its_account_may_sign_in(client_id: str) -> None:
    session = sign_in(House(), client_id, MAC, wire.device_password(USER, MAC, KEY))
    assert isinstance(session, DeviceSession)
    assert session.native_id == UUID


def test_an_app_with_the_key_of_its_account_may_sign_in() -> None:
    session = sign_in(House(), "app:0a", USER, wire.app_password(USER, KEY))
    assert isinstance(session, AppSession)
    assert session.native_id is None


def test_a_device_of_an_account_without_a_key_may_sign_in() -> None:
    house = House()
    house.make("you@example.com", "0", "")
    assert isinstance(sign_in(house, DEVICE, MAC, wire.device_password("0", MAC, "")), DeviceSession)


@pytest.mark.parametrize("client_id", ["", "mosquitto", "fmware", "FMWARE:1", "homeassistant-1"])
def test_another_familys_client_is_not_answered(client_id: str) -> None:
    assert sign_in(House(), client_id, "u", "p") is None


@pytest.mark.parametrize(
    "client_id", ["fmware:", "fmware:1234", f"fmware:{UUID}0", "app:", "app:a-b", "app:" + "a" * 65]
)
def test_a_client_id_that_names_nobody_is_refused(client_id: str) -> None:
    assert "names neither a device nor an app" in reason(sign_in(House(), client_id, "u", "p"), 2)


OURS = "the password hash matches the key of account 46884"
DIAGNOSES = {
    "no password": ("", "it sent no password"),
    "no account": (wire.device_password("0", MAC, "x"), "no account has userId '0'"),
    "no account, but our key": (wire.device_password("0", MAC, KEY), f"no account has userId '0', and {OURS}"),
    "no key": (wire.device_password(USER, MAC, ""), "an empty key: this device was provisioned without a key"),
    "a key of tutorials": (wire.device_password(USER, MAC, "meross"), "provisioned with the key 'meross'"),
    "another's key": (wire.device_password("7", MAC, KEY), f"wrong key for account 7: {OURS}"),
    "nobody's key": (wire.device_password(USER, MAC, "nobody's"), "matches no key known here"),
    "not made as it should be": ("secret", "no account has userId ''"),
    "not even text": (b"46884_\xff\xfe", "matches no key known here"),
}


@pytest.mark.parametrize(("password", "said"), DIAGNOSES.values(), ids=DIAGNOSES)
def test_a_device_that_is_refused_is_told_apart(password: str | bytes, said: str) -> None:
    house = House()
    house.make("you@example.com", "7", "other")
    told = reason(sign_in(house, DEVICE, MAC, password), 4)
    assert said in told
    assert KEY not in told


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("7", wire.app_password("7", KEY), "no account has userId '7'"),
        (USER, wire.app_password(USER, ""), "not made with the key of account 46884"),
        (USER, None, "not made with the key of account 46884"),
        (None, None, "no account has userId ''"),
    ],
)
def test_an_app_that_is_refused_is_told_apart(username: str | None, password: str | None, said: str) -> None:
    assert said in reason(sign_in(House(), "app:0a", username, password), 4)


def test_the_apps_of_a_disabled_account_are_refused_and_its_devices_are_not() -> None:
    house = House()
    house.home.remember(house.family.change_account(USER, disabled=True)[1])
    answer = sign_in(house, "app:0a", USER, wire.app_password(USER, KEY))
    assert "account 46884 is disabled" in reason(answer, 5)
    assert isinstance(sign_in(house, DEVICE, MAC, wire.device_password(USER, MAC, KEY)), DeviceSession)


def test_an_adopted_device_cannot_be_taken_by_another_account() -> None:
    house = House()
    uuid = house.plug().emulator.native_id
    house.make("you@example.com", "7", "other")
    answer = sign_in(house, f"fmware:{uuid}", MAC, wire.device_password("7", MAC, "other"))
    assert "belongs to account 46884" in reason(answer, 5)


def test_a_pending_device_may_change_its_account() -> None:
    house = House()
    uuid = house.plug(adopted=False).emulator.native_id
    house.make("you@example.com", "7", "other")
    assert isinstance(sign_in(house, f"fmware:{uuid}", MAC, wire.device_password("7", MAC, "other")), DeviceSession)


def test_accounts_may_sign_in_after_a_restart() -> None:
    again = House(House().home.facts())
    assert isinstance(sign_in(again, "app:0a", USER, wire.app_password(USER, KEY)), AppSession)
