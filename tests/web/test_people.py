from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from homeward.web.tokens import Role
from tests.web.house import WebHouse

TOKENS = "/api/v1/tokens"


@pytest.fixture
async def house() -> WebHouse:
    return WebHouse()


async def test_a_new_token_is_shown_once_and_works(house: WebHouse) -> None:
    client = house.client()
    answer = await client.post(TOKENS, json={"name": "panel", "role": "operator", "days": 1})
    issued = answer.json()
    assert answer.status_code == 201
    assert issued["expires"] == issued["created"] + 86_400
    as_it = house.client(None, Authorization=f"Bearer {issued['token']}")
    assert (await as_it.get("/api/v1/devices")).status_code == 200
    listed = (await client.get(TOKENS)).json()
    assert [(token["name"], token["role"]) for token in listed] == [("test admin", "admin"), ("panel", "operator")]
    assert all("token" not in token for token in listed)


async def test_a_token_is_a_viewers_unless_more_is_asked_for(house: WebHouse) -> None:
    assert (await house.client().post(TOKENS, json={"name": "x"})).json()["role"] == "viewer"


async def test_a_revoked_token_is_refused_at_once(house: WebHouse) -> None:
    admin, viewer = house.client(), house.client(Role.VIEWER)
    assert (await viewer.get("/api/v1/devices")).status_code == 200
    (gone,) = [token.id for token in house.auth.tokens if token.role is Role.VIEWER]
    assert (await admin.delete(f"{TOKENS}/{gone}")).status_code == 204
    assert (await viewer.get("/api/v1/devices")).json()["code"] == "not_signed_in"
    assert (await admin.delete(f"{TOKENS}/{gone}")).json()["code"] == "token_not_found"


async def test_the_set_up_code_is_exchanged_for_the_owners_token(house: WebHouse) -> None:
    code = house.auth.setup_link("").partition("#")[2]
    stranger = house.client(None)
    answer = await stranger.post("/api/v1/setup", json={"code": code})
    assert answer.status_code == 201
    owner = house.client(None, Authorization=f"Bearer {answer.json()['token']}")
    assert (await owner.get(TOKENS)).status_code == 200
    again = await stranger.post("/api/v1/setup", json={"code": code})
    assert (again.status_code, again.json()["code"]) == (403, "bad_setup_code")


async def test_handshakes_are_listed_as_the_door_log_has_them(house: WebHouse) -> None:
    kept = house.handshake()
    assert (await house.client().get("/api/v1/handshakes")).json() == [msgspec.to_builtins(kept)]


async def test_a_house_that_cannot_store_is_alive_but_not_ready(house: WebHouse) -> None:
    stranger = house.client(None)
    assert (await stranger.get("/readyz")).json() == {"ready": True}
    house.store.fail("disk full")
    assert (await stranger.get("/healthz")).json() == {"alive": True}
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        503,
        "not_ready",
        "store: disk full",
    )


DECISIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "adopt": ("POST", "/api/v1/devices/lamp-aa0001/adopt", {}),
    "rename": ("PATCH", "/api/v1/devices/lamp-aa0001", {"name": "Hall"}),
    "remove": ("DELETE", "/api/v1/devices/lamp-aa0001", {}),
    "create a token": ("POST", TOKENS, {"name": "new"}),
    "revoke a token": ("DELETE", f"{TOKENS}/{{token}}", {}),
    "set up": ("POST", "/api/v1/setup", {"code": "{code}"}),
    "let an MQTT user in": ("POST", "/api/v1/mqtt/users", {"name": "bob"}),
    "remove an MQTT user": ("DELETE", "/api/v1/mqtt/users/ann", {}),
    "create an account": ("POST", "/api/v1/families/lamp/accounts", {"email": "a@home.test", "password": "x"}),
}


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_decision_is_answered_when_it_is_stored_and_not_before(house: WebHouse, decision: str) -> None:
    house.lamp(adopted=False)
    method, path, body = DECISIONS[decision]
    client, spare = house.client(), house.auth.issue("spare", Role.VIEWER)[0]
    house.people.put("ann")
    if "code" in body:
        body = {"code": house.auth.setup_link("").partition("#")[2]}
    house.store.hold()
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(client.request(method, path.format(token=spare.id), json=body))
        for _ in range(30):
            await asyncio.sleep(0)
        assert not answer.done()
        house.store.release()
    assert answer.result().is_success
