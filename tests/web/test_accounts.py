from __future__ import annotations

import pytest

from homeward.families.meross import Meross
from homeward.settings import Settings
from homeward.testing.home import FakeHome
from homeward.web.accounts import KeepsAccounts
from tests.web.house import KEY, PASSWORD, WebHouse

ACCOUNTS = "/api/v1/families/lamp/accounts"
MADE = {"id": "42", "email": "a@home.test", "disabled": False, "moved": "", "second_factor": False}


@pytest.fixture
async def house() -> WebHouse:
    return WebHouse()


async def test_families_say_whether_they_keep_accounts(house: WebHouse) -> None:
    families = (await house.client().get("/api/v1/families")).json()
    assert families == [
        {"name": "lamp", "title": "Lamps", "doors": ["tcp:4711"], "accounts": True},
        {"name": "plain", "title": "Plain", "doors": [], "accounts": False},
    ]


async def test_a_new_account_is_stored_and_listed_without_its_secrets(house: WebHouse) -> None:
    client = house.client()
    body = {"email": "a@home.test", "password": PASSWORD, "key": KEY, "user_id": "42"}
    answer = await client.post(ACCOUNTS, json=body)
    assert (answer.status_code, answer.json()) == (201, MADE)
    assert (await client.get(ACCOUNTS)).json() == [MADE]
    assert house.store.load().facts["lamp"]["account/42"]["password"] == PASSWORD


async def test_an_account_is_changed_in_what_is_said(house: WebHouse) -> None:
    client = house.client()
    await client.post(ACCOUNTS, json={"email": "a@home.test", "password": "old", "user_id": "42"})
    body = {"password": PASSWORD, "disabled": True, "factor": "JBSWY3DPEHPK3PXP"}
    answer = await client.patch(f"{ACCOUNTS}/42", json=body)
    assert (answer.status_code, answer.json()) == (200, MADE | {"disabled": True, "second_factor": True})
    assert house.store.load().facts["lamp"]["account/42"] == {"password": PASSWORD}


async def test_an_account_that_there_is_not_cannot_be_changed(house: WebHouse) -> None:
    answer = await house.client().patch(f"{ACCOUNTS}/42", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")


async def test_an_account_that_will_not_do_is_refused_by_the_family(house: WebHouse) -> None:
    client = house.client()
    for status in (201, 422):
        answer = await client.post(ACCOUNTS, json={"email": "a@home.test", "password": PASSWORD})
        assert answer.status_code == status
    assert answer.json()["code"] == "invalid_value"


@pytest.mark.parametrize("family", ["plain", "nobody"])
async def test_a_family_without_accounts_has_none_to_list(house: WebHouse, family: str) -> None:
    answer = await house.client().get(f"/api/v1/families/{family}/accounts")
    assert (answer.status_code, answer.json()["code"]) == (404, "family_not_found")


def test_meross_keeps_accounts() -> None:
    assert isinstance(Meross(FakeHome(Settings().families.meross)), KeepsAccounts)
