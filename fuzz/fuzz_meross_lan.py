"""What answers on a LAN: torn HTTP, cut-off bodies, datagrams, and answers to a set-up: only documented errors."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from homeward.families.meross import crypto, discovery, lan, provision
from homeward.families.meross.lan import Ask, Response
from homeward.families.meross.provision import Cloud, Stopped, Wifi
from homeward.families.meross.wire import BadMessage
from homeward.model import Secret

KEY = b"d73fc3ebd36ea8be9e62ebf90c9e0cd2"
PRIVATE = crypto.private_key(7)
CLOUD, WIFI = Cloud("home", 443, "1", Secret("key")), Wifi("Home", Secret("password"))
ASKS = [Ask("GET", "Appliance.System.All", {}), Ask("SET", "Appliance.Control.ToggleX", {})]


def target(data: bytes) -> None:
    """A reply as it is, torn after its first byte; the same bytes are then taken for everything else."""
    with suppress(BadMessage):
        _reply(data)
    with suppress(BadMessage):
        one = discovery.found(data)
        assert discovery.found(discovery.encode(one)) == one
    if asked := discovery.question(data):
        assert discovery.question(discovery.encode(asked)) == asked
    with suppress(ValueError, RecursionError):
        _answers(msgspec.json.decode(data, type=list[dict[str, Any]]))


def _reply(data: bytes) -> None:
    response, whole = Response(), Response()
    over = [response.receive(piece) for piece in (data[:1], data[1:])]
    assert whole.receive(data) == over[-1]
    body = response.body()
    assert body == whole.body()
    for secret in (None, KEY):
        with suppress(BadMessage):
            lan.uuid_of(lan.unseal(body, secret))


def _answers(answers: list[dict[str, Any]]) -> None:
    """A device that says these one after another while it is set up."""
    with suppress(BadMessage, Stopped, StopIteration):
        steps = provision.provision(CLOUD, WIFI, timezone="Europe/Rome", now=1_700_000_000, private=PRIVATE)
        next(steps)
        for answer in answers:
            steps.send(answer)
    for answer in answers:
        provision.trouble(answer)
        with suppress(BadMessage):
            lan.unpack(answer, ASKS)
