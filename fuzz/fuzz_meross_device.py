"""Emulated Meross devices: whatever they are asked they answer, with an ERROR of their own where it makes no sense."""

from __future__ import annotations

from functools import cache

from homeward.families.base import Request
from homeward.families.meross import crypto, wire
from homeward.families.meross.emulator import Device
from homeward.families.meross.emulator.models import MODELS
from homeward.families.meross.wire import BadMessage
from homeward.testing.home import seeded
from homeward.testing.virtual_home import PEER

KEY, NOW = "key", 1_700_000_000.0
TOPIC = "/app/1-2/subscribe"


def target(data: bytes) -> None:
    """The first two bytes pick a model and one of its namespaces, the third a method; the rest is the payload."""
    model, name, verb = (*data[:3], 0, 0, 0)[:3]
    device = Device(list(MODELS)[model % len(MODELS)], key=KEY, host="home.test", randomness=seeded())
    device.start(NOW)
    device.connected(NOW)
    namespace = _names(device.model)[name % len(_names(device.model))]
    method = ("SET", "GET", "DELETE", "PUSH")[verb % 4]
    try:
        payload = wire.decode(b'{"header":%s,"payload":%s}' % (_header(device, method, namespace), data[3:])).body()
    except BadMessage:
        _lan(device, data[3:])
        return
    sent = wire.encode(method, namespace, payload, message_id="a", key=KEY, source=TOPIC, timestamp=1)
    effects = device.message("", sent, NOW + 1)
    answers = [effect for effect in effects if getattr(effect, "topic", "") == TOPIC]
    assert len(answers) == (method in wire.ACK) or method == "PUSH"
    _lan(device, sent)
    device.wake(NOW + 100_000)


def _lan(device: Device, body: bytes) -> None:
    secret = crypto.lan_key(device.native_id, KEY, device.mac)
    for sent in (body, crypto.encrypt(secret, body).encode()):
        reply = device.http(Request("POST", "/config", "", {}, sent, PEER), NOW + 2)
        assert reply.status in (200, 400)


def _header(device: Device, method: str, namespace: str) -> bytes:
    sent = wire.encode(method, namespace, {}, message_id="a", key=KEY, source=TOPIC, timestamp=1)
    return sent[len(b'{"header":') : sent.index(b',"payload"')]


@cache
def _names(model: str) -> list[str]:
    return sorted(list(MODELS[model].labels.values())[-1].abilities)
