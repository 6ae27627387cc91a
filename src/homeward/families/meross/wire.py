"""The words of Meross as bytes: signed JSON messages, topics, sign-in formulas, the account API's envelope.

A message is `{"header": {…}, "payload": {…}}` wherever it travels (MQTT, `POST /config`, BLE). Every hash is MD5 in
lower-case hex; the protocol has no other.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import md5
from hmac import compare_digest
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType, field

from homeward.errors import ProtocolError

API_SECRET = "23x17ahWarFH6w29"  # noqa: S105 - the same in every app there is; it proves nothing
"""What the account API's requests are signed with."""

ACK = {"GET": "GETACK", "SET": "SETACK", "DELETE": "DELETEACK"}
"""The method that answers each method. PUSH has no answer; a failure is answered with ERROR."""

Params: TypeAlias = dict[str, Any]
"""A JSON object."""

UUID = "[0-9A-Za-z]{32}"
"""Not only hex: some devices have an `h` in it."""
NAME = "[0-9A-Za-z]{1,64}"
"""A user's or an app's id. Without a dash, or `/app/a-b/subscribe` would be two things."""

REQUEST_TOPIC = re.compile(f"/appliance/({UUID})/subscribe")
REPLY_TOPIC = re.compile(f"/app/({NAME})-({NAME})/subscribe")


class BadMessage(ProtocolError):
    """What arrived is no message of this protocol; the text says what is missing or of the wrong type."""

    code = "bad_frame"


class Header(msgspec.Struct, gc=False):
    """What decides where a message goes; a header's other fields are for people."""

    message_id: str = field(name="messageId")
    namespace: str
    method: str
    sign: str
    timestamp: Annotated[int, Meta(ge=0, le=2**53)]
    """Seconds since the epoch; since power-on for a device that has not been told the time yet."""
    source: str = field(name="from", default="")
    """Where an answer is to be published; over HTTP any text."""


class Message(msgspec.Struct, gc=False):
    """A message whose payload is still JSON, so that one that is only passed on costs no more."""

    header: Header
    payload: Raw

    def body(self) -> Params:
        """The payload as objects.

        Raises:
            BadMessage: it is no JSON object.
        """
        return _object(self.payload, "payload")


class ReadMessage(msgspec.Struct, gc=False):
    """A message read whole, for whoever is going to look inside: two readings cost more than one."""

    header: Header
    payload: Any

    def body(self) -> Params:
        """The payload; raises as `Message.body`."""
        if type(self.payload) is dict:
            return self.payload
        raise BadMessage("payload: no object")


class _Header(Header, gc=False):
    payload_version: int = field(name="payloadVersion", default=1)
    timestamp_ms: int | UnsetType = field(name="timestampMs", default=UNSET)
    trigger: str | UnsetType = field(name="triggerSrc", default=UNSET)


class _Message(msgspec.Struct, gc=False):
    header: _Header
    payload: Any


_decode = msgspec.json.Decoder(Message).decode
_read = msgspec.json.Decoder(ReadMessage).decode
_encode = msgspec.json.Encoder().encode
_decode_object = msgspec.json.Decoder(Params).decode


def decode(data: bytes) -> Message:
    """The message in these bytes. Its signature is not looked at: `verify` does that.

    Raises:
        BadMessage: not UTF-8, not JSON, too deep, a field missing or of the wrong type.
    """
    try:
        if not data.isascii():
            data.decode()
        return _decode(data)
    except (ValueError, RecursionError) as error:
        raise BadMessage(str(error)) from None


def read(data: bytes) -> ReadMessage:
    """The message in these bytes with its payload; raises as `decode`."""
    try:
        if not data.isascii():
            data.decode()
        return _read(data)
    except (ValueError, RecursionError) as error:
        raise BadMessage(str(error)) from None


def sign(message_id: str, key: str, timestamp: int) -> str:
    """The signature of a message. It covers neither payload nor namespace."""
    return md5(f"{message_id}{key}{timestamp}".encode()).hexdigest()


def verify(header: Header, key: str) -> bool:
    """Whether a message was signed with this key. A replayed one was, too."""
    # `sign` in line: on this path a call is a measurable part.
    signature = md5(f"{header.message_id}{key}{header.timestamp}".encode()).hexdigest()
    return header.sign.isascii() and compare_digest(signature, header.sign)


def encode(
    method: str,
    namespace: str,
    payload: Params,
    *,
    message_id: str,
    key: str,
    source: str,
    timestamp: int,
    timestamp_ms: int | UnsetType = 0,
    trigger: str | UnsetType = UNSET,
) -> bytes:
    """A signed message; an answer has the `message_id` of what it answers."""
    # `sign` in line: on this path a call is a measurable part.
    signature = md5(f"{message_id}{key}{timestamp}".encode()).hexdigest()
    header = _Header(message_id, namespace, method, signature, timestamp, source, 1, timestamp_ms, trigger)
    return _encode(_Message(header, payload))


def request_topic(uuid: str) -> str:
    """Where a device listens."""
    return f"/appliance/{uuid}/subscribe"


def publish_topic(uuid: str) -> str:
    """Where a device tells what happened."""
    return f"/appliance/{uuid}/publish"


def push_topic(user_id: str) -> str:
    """Where a user's apps listen for what their devices tell."""
    return f"/app/{user_id}/subscribe"


def reply_topic(user_id: str, app_id: str) -> str:
    """Where one app listens for answers."""
    return f"/app/{user_id}-{app_id}/subscribe"


def device_hash(mac: str, key: str) -> str:
    """What a device proves with that it holds `key`; `mac` is lower case with colons."""
    return md5(f"{mac}{key}".encode()).hexdigest()


def device_password(user_id: str, mac: str, key: str) -> str:
    """The MQTT password of a device; its user name is its MAC."""
    return f"{user_id}_{device_hash(mac, key)}"


def app_password(user_id: str, key: str) -> str:
    """The MQTT password of an app; its user name is the user id."""
    return md5(f"{user_id}{key}".encode()).hexdigest()


def password_hash(password: str) -> str:
    """What an app sends in place of the account's password."""
    return md5(password.encode()).hexdigest()


def api_sign(timestamp: int | str, nonce: str, params: str) -> str:
    """The signature of an account request, over `params` as it was received."""
    return md5(f"{API_SECRET}{timestamp}{nonce}{params}".encode()).hexdigest()


def encode_params(params: Params) -> str:
    """The `params` of an account request."""
    return base64.b64encode(_encode(params)).decode()


def decode_params(params: str) -> Params:
    """What is in the `params` of an account request.

    Raises:
        BadMessage: they are not base64, or no JSON object is in it.
    """
    try:
        data = base64.b64decode(params, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadMessage(f"params: {error}") from None
    return _object(data, "params")


def _object(data: bytes | Raw, what: str) -> Params:
    try:
        return _decode_object(data)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"{what}: {error}") from None
