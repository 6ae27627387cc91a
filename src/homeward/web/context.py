"""What a handler of the API has at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from homeward.mqtt.broker import Broker
from homeward.net.doorlog import Handshake
from homeward.net.people import People
from homeward.settings import Settings
from homeward.web.auth import Auth

if TYPE_CHECKING:
    from homeward.hub.hub import Hub


class Context(NamedTuple):
    """The house, as the web sees it."""

    hub: Hub
    auth: Auth
    settings: Settings
    handshakes: Callable[[], Sequence[Handshake]]
    people: People
    brokers: Mapping[str, Broker]
