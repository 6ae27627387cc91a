"""A live connection to a device, as the hub sees it; whoever drives the connection fulfils this."""

from __future__ import annotations

from typing import Protocol

from homeward.families.base import Call


class Link(Protocol):
    """Two links are the same only if they are the same object."""

    transport: str
    """What carries it, for people: "mqtt over TLS 1.2"."""
    peer: str
    """The address at the other end."""
    since: float
    """When it was made, in seconds since the epoch."""
    last_frame: float
    """When the device was last heard on it."""

    def call(self, token: int, call: Call) -> None:
        """Put a request to the device; `Hub.answered` is called with the token, during this call or later.

        Raises:
            InvalidValue: the request makes no sense for this device.
        """

    def adopted(self) -> None:
        """The owner has adopted the device: what was left unasked may be asked now."""

    def close(self, reason: str) -> None:
        """End the connection. The hub has let go of it already."""
