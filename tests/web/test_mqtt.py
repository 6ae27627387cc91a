from __future__ import annotations

from typing import Any

import pytest

from homeward.families.base import Peer
from homeward.mqtt.broker import Refusal
from homeward.mqtt.packets import Connect
from tests.web.house import PASSWORD, WebHouse

USERS = "/api/v1/mqtt/users"
HASH = (
    "$7$101$3vafQvuk7ru1ePNC$A/+D1L+7g7hqAM3d5OAwgbcHsNBY/rcULcPqof6/5iCdayiRtzazVdY1Y+fFYX9pGB120XPMa7EPbfItY1Moqg=="
)


@pytest.fixture
async def house() -> WebHouse:
    return WebHouse()


def signs_in(house: WebHouse, name: str, password: str) -> bool:
    request = Connect("c1", username=name, password=password.encode())
    peer = Peer("192.0.2.1", 4000, "tcp:1883")
    return not isinstance(house.people.sign_in(request, peer, house.clock.now()), Refusal)


async def test_realms_say_who_is_there_and_what_was_dropped(house: WebHouse) -> None:
    house.broker.publish("a", b"last word", retain=True)
    house.broker.counts["dropped_slow"] += 2
    [realm] = (await house.client().get("/api/v1/mqtt/realms")).json()
    assert realm.pop("retained_bytes") > len(b"last word")
    known = {"name": "people", "connected": 0, "sessions": 0, "retained": 1, "dropped": {"dropped_slow": 2}}
    assert realm == known


async def test_a_new_user_is_listed_without_its_password(house: WebHouse) -> None:
    client = house.client()
    answer = await client.post(USERS, json={"name": "bob", "password": PASSWORD, "publish": ["home/%u/#"]})
    rules = {"name": "bob", "publish": ["home/%u/#"], "subscribe": ["#"]}
    assert (answer.status_code, answer.json()) == (200, rules | {"password": None})
    assert (await client.get(USERS)).json() == [rules | {"connected": 0}]
    assert signs_in(house, "bob", PASSWORD)


async def test_a_password_that_was_drawn_is_shown_once(house: WebHouse) -> None:
    client = house.client()
    drawn = (await client.post(USERS, json={"name": "bob"})).json()["password"]
    assert signs_in(house, "bob", drawn)
    again = await client.post(USERS, json={"name": "bob", "subscribe": ["a"]})
    assert again.json()["password"] is None
    assert signs_in(house, "bob", drawn)


async def test_a_hash_of_mosquittos_takes_the_place_of_a_password(house: WebHouse) -> None:
    assert (await house.client().post(USERS, json={"name": "bob", "hash": HASH})).json()["password"] is None
    assert signs_in(house, "bob", "sesame")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "a/b"}, 422, "invalid_value"),
        ({"name": "bob", "hash": "plain text"}, 422, "invalid_value"),
        ({"name": "bob", "hash": HASH, "password": "x"}, 422, "invalid_value"),
        ({"name": "bob", "publish": ["a/#/b"]}, 422, "invalid_value"),
        ({"name": "bob", "publish": [""]}, 400, "bad_request"),
        ({"name": "bob", "publish": ["a"] * 101}, 400, "bad_request"),
        ({"password": "x"}, 400, "bad_request"),
    ],
)
async def test_what_will_not_do_is_refused(house: WebHouse, body: dict[str, Any], status: int, code: str) -> None:
    answer = await house.client().post(USERS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "plain text" not in answer.text
    assert list(house.people) == []


async def test_a_removed_user_is_gone(house: WebHouse) -> None:
    client = house.client()
    await client.post(USERS, json={"name": "Ann B.", "password": PASSWORD})
    assert (await client.delete(f"{USERS}/Ann%20B.")).status_code == 204
    assert not signs_in(house, "Ann B.", PASSWORD)
    answer = await client.delete(f"{USERS}/Ann%20B.")
    assert (answer.status_code, answer.json()["code"]) == (404, "user_not_found")
