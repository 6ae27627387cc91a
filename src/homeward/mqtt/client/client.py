"""An asyncio MQTT client on the sans-IO `state.py`.

async with Client("127.0.0.1", 1883, Connect("me")) as client:
    await client.subscribe(Subscription("a/#", 1))
    await client.publish("a/b", b"hello", qos=1)
    async for message in client.messages():
        ...
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self
from urllib.parse import quote

from homeward.mqtt.client.backoff import Backoff
from homeward.mqtt.client.connector import Clock, Connector, fail, resolve
from homeward.mqtt.client.errors import ConnectionLost, reason_of
from homeward.mqtt.client.options import DEFAULTS, Options
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    SubAck,
    Subscription,
    UnsubAck,
)
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import Reason


class Client(Connector):
    """A client of a broker: for one connection, or with `reconnect` for as many as it takes until it is closed.

    `closed` is done, with the reason, when there will be no connection any more. `on_message` is called for each
    message as it arrives; without it they queue up for `messages`. A message at QoS 1 or 2 is acknowledged when it was
    handed over that way; an exception of `on_message` ends the connection, and the server will send it again.

    With `reconnect`, subscriptions are made again when the server has lost them, and messages at QoS 1 and 2 are kept
    and sent until it has them. `on_up` is told of each CONNACK that lets us in, `on_down` of each connection that ended
    and each attempt that failed, and why. A refusal for the name, password or rights is no reason to give up, for
    whoever decides about them may be starting up or be repaired; it is tried again after long pauses. Only `open`
    raises the one that it meets first.
    """

    def __init__(
        self,
        host: str,
        port: int,
        connect: Connect,
        *,
        tls: ssl.SSLContext | None = None,
        on_message: Callable[[Publish], None] | None = None,
        on_up: Callable[[ConnAck], None] | None = None,
        on_down: Callable[[str], None] | None = None,
        reconnect: Backoff | None = None,
        options: Options = DEFAULTS,
        authenticate: Callable[[Properties], Properties] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`authenticate` answers the properties of an AUTH challenge with those of ours [5: 4.12]."""
        state = ClientState(connect, options, authenticate=authenticate)
        super().__init__(host, port, state, tls=tls, on_down=on_down, reconnect=reconnect, clock=clock)
        self._on_message = on_message
        self._on_up = on_up
        self._queue: asyncio.Queue[Publish | None] = asyncio.Queue()
        self._wanted: dict[str, tuple[Subscription, Properties]] = {}
        self._answers: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._sent: dict[int, asyncio.Future[Reason]] = {}
        self._replies: dict[bytes, asyncio.Future[Publish]] = {}

    @property
    def connected(self) -> bool:
        """Whether there is a connection, and the server has let us in."""
        return self._state.connected

    @property
    def client_id(self) -> str:
        """Our name, which the server may have given."""
        return self._state.request.client_id

    @property
    def dropped(self) -> int:
        """How many messages at QoS 0 were dropped: to a server out of reach, or for want of someone to take them."""
        return self._state.dropped

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        await self.closed

    async def subscribe(self, *filters: Subscription, properties: Properties = NONE) -> tuple[int, ...]:
        """Subscribe; returns the QoS granted to each filter, 0x80 or more for one that was refused.

        Raises:
            ConnectionLost: there is no connection, or it ended before the answer.
        """
        self._check_connected()
        codes = await self._answer(self._state.subscribe(*filters, properties=properties))
        for wanted, code in zip(filters, codes, strict=False):
            if code < 0x80:
                self._wanted[wanted.filter] = wanted, properties
        return codes

    async def unsubscribe(self, *filters: str) -> tuple[int, ...]:
        """Unsubscribe; returns the reason for each filter, nothing before MQTT 5. Raises as `subscribe`."""
        for topic_filter in filters:
            self._wanted.pop(topic_filter, None)
        self._check_connected()
        return await self._answer(self._state.unsubscribe(*filters))

    async def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, properties: Properties = NONE
    ) -> Reason:
        """Publish, and wait: at QoS 0 until it is being written, else until the server has it for good.

        Returns the server's reason; 0x80 and more: it was refused. Before MQTT 5 there is none but success.

        Raises:
            Unsendable: the server does not take it, or too much waits for it already.
            ConnectionLost: there is no connection (QoS 0), or there will be none (QoS 1 and 2).
        """
        if not qos:
            await self._flowing.wait()
            self._check_connected()
        done = self.send(topic, payload, qos, retain=retain, properties=properties)
        return await done if done else Reason.SUCCESS

    def send(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, properties: Properties = NONE
    ) -> asyncio.Future[Reason] | None:
        """Publish without waiting; at QoS 1 and 2 returns what `publish` would wait for.

        At QoS 0 it is dropped while there is no connection or the server does not read. Raises `Unsendable`.
        """
        done: asyncio.Future[Reason] = self._loop.create_future()
        if self.closed.done():
            fail(done, self.closed.result())
            return done if qos else None
        packet_id = self._state.publish(topic, payload, qos, retain=retain, properties=properties)
        self._flush()
        if not packet_id:
            return None
        self._sent[packet_id] = done
        return done

    async def request(
        self, topic: str, payload: bytes, qos: int = 0, *, properties: Properties = NONE, deadline: float = 10.0
    ) -> Publish:
        """Publish a request; returns the message that answers it [5: 4.10].

        Raises:
            TimeoutError: none came within `deadline` seconds.
            ConnectionLost, Unsendable: as `publish`.
        """
        replies = f"replies/{quote(self.client_id, safe='')}"
        correlation = os.urandom(12)
        asking: Properties = {**properties, "response_topic": replies, "correlation_data": correlation}
        answer: asyncio.Future[Publish] = self._loop.create_future()
        self._replies[correlation] = answer
        try:
            async with asyncio.timeout(deadline):
                if replies not in self._wanted:
                    await self.subscribe(Subscription(replies, 1))
                await self.publish(topic, payload, qos, properties=asking)
                return await answer
        finally:
            del self._replies[correlation]

    async def messages(self) -> AsyncIterator[Publish]:
        """Messages as they arrive, until the client is closed."""
        while message := await self._queue.get():
            self._state.acknowledge(message)
            self._flush()
            yield message
        self._queue.put_nowait(None)

    # --- what the connections bring

    def _tell(self, packet: Packet) -> None:
        match packet:
            case Publish():
                self._deliver(packet)
            case PubAck() | PubRec() | PubComp():
                resolve(self._sent.pop(packet.packet_id, None), reason_of(packet.code))
            case SubAck() | UnsubAck():
                resolve(self._answers.pop(packet.packet_id, None), packet.codes)
            case ConnAck():
                self._welcomed(packet)
            case Disconnect():
                self._redirected(reason_of(packet.code), packet.properties.get("server_reference", ""))

    def _deliver(self, message: Publish) -> None:
        reply = self._replies.get(message.properties.get("correlation_data", b""))
        if reply or self._on_message:
            if reply:
                resolve(reply, message)
            elif self._on_message:
                self._on_message(message)
            self._state.acknowledge(message)
        elif message.qos or self._queue.qsize() < self._state.options.waiting:
            self._queue.put_nowait(message)
        else:
            self._state.dropped += 1

    def _welcomed(self, ack: ConnAck) -> None:
        super()._welcomed(ack)
        if ack.code:
            return
        if not ack.session_present:
            self._subscribe_again()
        if self._on_up:
            self._on_up(ack)

    def _subscribe_again(self) -> None:
        """One SUBSCRIBE for each subscription identifier: it is that of a whole packet."""
        together: dict[tuple[int, ...], list[str]] = {}
        for topic_filter, (_, properties) in self._wanted.items():
            together.setdefault(properties.get("subscription_identifier", ()), []).append(topic_filter)
        for names in together.values():
            filters = [self._wanted[name][0] for name in names]
            self._state.subscribe(*filters, properties=self._wanted[names[0]][1])

    def _parted(self, reason: str) -> None:
        for answer in self._answers.values():
            fail(answer, reason)
        self._answers.clear()

    def _ended(self, reason: str) -> None:
        for done in self._sent.values():
            fail(done, reason)
        for reply in self._replies.values():
            fail(reply, reason)
        self._sent.clear()
        self._queue.put_nowait(None)

    def _check_connected(self) -> None:
        if not self._state.connected:
            raise ConnectionLost(self.closed.result() if self.closed.done() else "there is no connection now")

    async def _answer(self, packet_id: int) -> tuple[int, ...]:
        answer: asyncio.Future[tuple[int, ...]] = self._loop.create_future()
        self._answers[packet_id] = answer
        self._flush()
        return await answer
