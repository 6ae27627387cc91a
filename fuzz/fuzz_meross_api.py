"""The Meross account API: whatever is asked is answered with HTTP 200 and an `apiStatus`, and nothing comes out."""

from __future__ import annotations

from base64 import b64encode

import msgspec

from homeward.families.base import Peer, Request
from homeward.families.meross import Meross, wire
from homeward.settings import Meross as Settings
from homeward.testing.home import FakeHome

PEER = Peer("192.0.2.7", 1)
ROUTES = ("Auth/signIn", "Auth/Login", "Auth/signUp", "Device/devList", "Device/devInfo", "Profile/logout", "else")


def target(data: bytes) -> None:
    """The first byte picks a route; the rest is the body as it is, and then what a good envelope holds."""
    family = Meross(FakeHome(Settings(sign_up=True)))
    path = f"/v1/{ROUTES[data[0] % len(ROUTES) if data else 0]}"
    params = b64encode(data[1:]).decode()
    envelope = {"params": params, "timestamp": 1, "nonce": "a", "sign": wire.api_sign(1, "a", params)}
    for body in (data[1:], msgspec.json.encode(envelope)):
        request = Request("POST", path, "", {"authorization": data[1:].decode("latin-1")}, body, PEER)
        reply = family.http(request, 1_700_000_000.0)
        assert reply
        assert reply.status == 200
        assert msgspec.json.decode(reply.body)["apiStatus"] in (0, *range(1000, 1400), 5000)
