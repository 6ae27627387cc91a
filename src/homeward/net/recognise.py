"""By their first bytes: who is calling. One table for every door, so that any family may arrive at any."""

from __future__ import annotations

from functools import partial

from homeward.errors import ProtocolError, StorageError
from homeward.families.base import Peer, Reply, Request
from homeward.net.effects import Hands
from homeward.net.household import Household
from homeward.net.http import BAD_REQUEST, VERBS, HttpReceiver
from homeward.net.mqtt import MqttReceiver
from homeward.net.stream import Receiver, Stream
from homeward.net.tcp import ByteReceiver
from homeward.net.websocket import upgrade
from homeward.store.base import Batch

_CONNECT = b"\x10"
_NOT_FOUND = Reply(404, b'{"code":"not_found"}')
_TROUBLE = Reply(503, b'{"code":"storage_failed"}')


def recognise(house: Household, head: bytes, peer: Peer, stream: Stream) -> Receiver | None:
    """Who receives a connection that begins with these bytes; None while that is not clear.

    Families come first: their own framings are longer, and so surer, than a verb or MQTT's one byte.
    """
    for family in house.hub.families.values():
        if family.greets(head, peer):
            return ByteReceiver(house, stream, peer, family)
    if head.startswith(_CONNECT):
        return MqttReceiver(house, stream, peer)
    if head.startswith(VERBS):
        ask, switch = partial(_ask, house, stream), partial(upgrade, house, stream, peer)
        return HttpReceiver(house.loop.time, house.limits, stream, peer, ask, switch)
    return None


def _ask(house: Household, stream: Stream, request: Request) -> tuple[Reply, Batch | None]:
    """The reply of the family whose request it is."""
    for family in house.hub.families.values():
        if reply := family.http(request, house.clock.now()):
            try:
                return reply, Hands(house, family, request.peer, stream).carry(reply.effects)
            except StorageError:
                return _TROUBLE, None
            except ProtocolError:
                return BAD_REQUEST, None
    return _NOT_FOUND, None
