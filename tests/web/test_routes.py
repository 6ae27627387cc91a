from __future__ import annotations

from typing import Any

import pytest

from homeward.web.routes import ROUTES, Route
from homeward.web.tokens import Role
from tests.web.house import WebHouse

BODIES: dict[str, Any] = {
    "rename_device": {"name": "Hall"},
    "adopt_device": {},
    "command_device": {"entity": "on", "value": True},
    "call_device": {"method": "get"},
    "create_account": {"email": "a@home.test", "password": "secret"},
    "change_account": {"disabled": True},
    "create_token": {"name": "new"},
    "put_mqtt_user": {"name": "bob", "password": "secret"},
    "set_up": {"code": "wrong"},
}
MAY: dict[str, Role | None] = {
    "list_devices": Role.VIEWER,
    "get_device": Role.VIEWER,
    "rename_device": Role.ADMIN,
    "remove_device": Role.ADMIN,
    "adopt_device": Role.ADMIN,
    "command_device": Role.OPERATOR,
    "call_device": Role.ADMIN,
    "list_events": Role.VIEWER,
    "list_handshakes": Role.VIEWER,
    "list_families": Role.VIEWER,
    "list_accounts": Role.ADMIN,
    "create_account": Role.ADMIN,
    "change_account": Role.ADMIN,
    "list_tokens": Role.ADMIN,
    "create_token": Role.ADMIN,
    "revoke_token": Role.ADMIN,
    "list_mqtt_realms": Role.VIEWER,
    "list_mqtt_users": Role.ADMIN,
    "put_mqtt_user": Role.ADMIN,
    "remove_mqtt_user": Role.ADMIN,
    "set_up": None,
    "healthz": None,
    "readyz": None,
}
"""The least role that may do what; None: anyone."""


def test_every_operation_is_listed_here() -> None:
    assert {route.name for route in ROUTES} == set(MAY)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_each_role_may_do_what_it_may_and_no_more(route: Route, role: Role | None) -> None:
    house = WebHouse()
    house.lamp()
    token = next(iter(house.auth.tokens), None) or house.auth.issue("spare", Role.VIEWER)[0]
    house.people.put("ann")
    house.hub.families["lamp"].create_account("b@home.test", "secret")  # type: ignore[attr-defined]
    path = route.path.format(device="lamp-aa0001", family="lamp", token=token.id, user="ann", account="7")
    answer = await house.client(role).request(route.method, path, json=BODIES.get(route.name))
    needed = MAY[route.name]
    if needed is None:
        assert answer.status_code in (200, 403)
        assert answer.json().get("code") in (None, "bad_setup_code")
    elif role is None:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    elif list(Role).index(role) < list(Role).index(needed):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    else:
        assert answer.status_code == route.status


def test_every_operation_says_what_it_does() -> None:
    assert all(route.summary for route in ROUTES)
