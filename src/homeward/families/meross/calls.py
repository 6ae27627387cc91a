"""Requests of the device's own protocol that somebody waits for, whatever carries them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from homeward.errors import DeviceRefused, InvalidValue
from homeward.families.base import Answer, Call
from homeward.families.meross.namespaces import KEY
from homeward.families.meross.wire import BadMessage, Message, Params

_METHOD = re.compile(r"(?:(GET|SET|DELETE|PUSH) )?(Appliance(?:\.[A-Za-z0-9]+)+)")


class Waiting(NamedTuple):
    """A request that was put to a device."""

    token: int
    method: str
    namespace: str
    since: float
    key: str
    """What the answer is signed with."""


def parse(call: Call) -> tuple[str, str, Params]:
    """Method, namespace and payload of `{GET|SET|DELETE|PUSH} Appliance…`, GET when no verb is given.

    Raises:
        InvalidValue: it is no such thing, or its parameters are no object.
    """
    parts = _METHOD.fullmatch(call.method)
    params = {} if call.params is None else call.params
    if not parts or not isinstance(params, dict):
        raise InvalidValue(
            f"{call.method!r} with {type(params).__name__} is no request of this family",
            hint='Say "GET Appliance.System.All", or SET, DELETE or PUSH, and give a JSON object.',
        )
    return parts[1] or "GET", parts[2], params


def key_after(namespace: str, params: Params, key: str) -> str:
    """The key a device has once it has done that: it acknowledges Config.Key with the key it was just given."""
    given = params.get("key") if namespace == KEY else None
    told = given.get("key") if isinstance(given, dict) else None
    return told if isinstance(told, str) else key


def result(waiting: Waiting, message: Message) -> Answer:
    """What became of it, now that this answers it."""
    try:
        payload = message.body()
    except BadMessage as error:
        return Answer(waiting.token, error=DeviceRefused(f"the answer to {waiting.namespace} makes no sense: {error}"))
    if message.header.method != "ERROR":
        return Answer(waiting.token, payload)
    detail = payload.get("error")
    code = detail.get("code") if isinstance(detail, dict) else None
    why = _REFUSALS.get(code, detail) if isinstance(code, int) else detail
    said = f"the device refused {waiting.method} {waiting.namespace}: {why}"
    return Answer(waiting.token, error=DeviceRefused(said, detail=detail))


_REFUSALS: Mapping[int, str] = {
    5000: "it does not support that (5000)",
    5001: "the signature is wrong, it has another key (5001)",
    5061: "it does not reach the sub-device (5061)",
}
"""The device's own error codes, in words."""
