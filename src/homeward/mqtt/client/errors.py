"""How using a client can fail."""

from __future__ import annotations

from homeward.errors import HomewardError
from homeward.mqtt.packets import ConnAck
from homeward.mqtt.reasons import RETURN_CODES, Reason

_WORDS = {
    Reason.UNSUPPORTED_PROTOCOL_VERSION: "the server does not speak this version",
    Reason.CLIENT_IDENTIFIER_NOT_VALID: "the server does not take this client id",
    Reason.SERVER_UNAVAILABLE: "the server is not available",
}


class ConnectionRefused(HomewardError):
    """The server answered CONNECT with anything but 0.

    `return_code` is that number, `reason` what it means in MQTT 5's words, `server_reference` the server to go to
    instead, if it named one.
    """

    code = "connection_refused"

    def __init__(self, ack: ConnAck, level: int) -> None:
        self.return_code = ack.code
        self.reason = reason_of(ack.code) if level == 5 else RETURN_CODES.get(ack.code, Reason.UNSPECIFIED_ERROR)
        self.server_reference = ack.properties.get("server_reference", "")
        said = ack.properties.get("reason_string") or _WORDS.get(self.reason, self.reason.words)
        super().__init__(f"{said} (return code {ack.code})")


class ConnectionLost(HomewardError):
    """There is no connection, or it ended before there was an answer; the message says how."""

    code = "connection_lost"


class Unsendable(HomewardError):
    """A message that this server does not take, or that there is no room for; `reason` says which it is.

    PACKET_TOO_LARGE, QOS_NOT_SUPPORTED and RETAIN_NOT_SUPPORTED are the server's limits, QUOTA_EXCEEDED is our own:
    too much waits for the server already.
    """

    code = "unsendable"

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


def reason_of(code: int) -> Reason:
    """The reason with this number; one that the standard does not have is an unspecified error, or a success."""
    try:
        return Reason(code)
    except ValueError:
        return Reason.UNSPECIFIED_ERROR if code >= 0x80 else Reason.SUCCESS
