"""Nothing planted as a secret comes out anywhere, whoever asks for whatever."""

from __future__ import annotations

import json
import logging

import pytest

from homeward.web.routes import ROUTES
from homeward.web.tokens import Role
from tests.web.house import KEY, NATIVE, PASSWORD, WebHouse
from tests.web.test_routes import BODIES


async def test_no_answer_holds_a_secret(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house = WebHouse()
    house.lamp()
    client = house.client()
    token = client.headers["authorization"].removeprefix("Bearer ")
    code = house.auth.setup_link("").partition("#")[2]
    user, drawn, _ = house.people.put("ann")
    bodies = BODIES | {
        "create_account": {"email": "a@home.test", "password": PASSWORD, "key": KEY},
        "put_mqtt_user": {"name": "bob", "password": PASSWORD},
    }
    misfit = {"password": [PASSWORD], "hash": [PASSWORD], "code": [code], "token": token}
    said = []
    for route in ROUTES:
        path = route.path.format(device="lamp-aa0001", family="lamp", token="none", user="ann", account="7")
        for body in (bodies.get(route.name), misfit):
            answer = await client.request(route.method, path, json=body)
            said.append(answer.text + str(answer.headers))
    async with house.subscribed() as socket:
        said.append(json.dumps(await socket.hear()))
    said += [*capfd.readouterr(), caplog.text]
    assert drawn
    for secret in (KEY, PASSWORD, NATIVE, token, code, drawn.reveal(), user.password.reveal()):
        assert not any(secret in text for text in said)


async def test_a_wrong_token_is_not_repeated() -> None:
    house = WebHouse()
    answer = await house.client(None, Authorization="Bearer hw_mistyped").get("/api/v1/devices")
    assert "mistyped" not in answer.text
    async with house.listen() as socket:
        socket.say(type="auth", token="hw_mistyped")
        assert "mistyped" not in json.dumps(await socket.hear())


def test_tokens_are_not_in_what_is_stored() -> None:
    house = WebHouse()
    token = house.token(Role.ADMIN)
    assert token not in str(house.store.load().facts)
