"""What real devices do that no client expects; each is an option, so that a client can be tried against it."""

from __future__ import annotations

from collections.abc import Mapping

from homeward.families.base import Reply

QUIRKS: Mapping[str, str] = {
    "bare-lf": "the status line of a reply over the LAN ends with a bare LF",
    "bogus-channel": "a garage door opener tells of a channel 0 that it does not have",
    "dict-or-list": "a garage door opener answers with one state, or with a list of it, in turns",
    "light-echo": "SET Light is acknowledged with the whole light, and -1 for what does not hold",
    "light-stays-off": "SET Light leaves a light off that is off, where others turn it on",
    "monday-first": "the first bit of a week stands for Monday and not for Sunday",
    "no-clock": "it knows the time by itself and does not ask its cloud",
    "no-error-detail": "an ERROR has a code and nothing else",
    "no-second-host": "when its link has fallen and it was told no second host, it never calls again",
    "no-setack": "a SET is done and not acknowledged",
    "push-first": "a new state is told before the SET that made it is acknowledged",
    "reset-unknown": "a request over the LAN that it does not know ends the connection in place of an ERROR",
    "single-connection": "it takes one connection at a time over the LAN, and refuses a second",
    "stale-midnight": "for ten minutes after midnight today's energy is still yesterday's",
    "truncate": "a reply over the LAN is cut off where the device's memory ends",
}
"""By name; `quirk=NAME,NAME` is how they are asked for."""

HANG_UP = Reply(raw=b"")
"""The connection ends without a reply."""


def as_sent(body: bytes, quirks: frozenset[str], memory: int) -> Reply:
    """A reply over the LAN as a device with these quirks sends it; `memory` is what it has for a reply, in bytes."""
    body = body[:memory] if "truncate" in quirks else body
    if "bare-lf" not in quirks:
        return Reply(200, body)
    head = (
        f"HTTP/1.1 200 OK\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return Reply(200, body, raw=head.encode() + body)
