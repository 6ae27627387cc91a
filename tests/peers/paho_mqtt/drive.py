"""Drives paho-mqtt's client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt


class Drive:
    """One client. What it receives is told as `message`."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell

    async def connect(
        self,
        port: int,
        client_id: str,
        username: str,
        password: str,
        ca: str | None = None,
        protocol: int = 4,
        transport: str = "tcp",
        path: str = "/mqtt",
    ) -> str:
        """What the server answers to CONNECT; without `ca` that is asked in the clear."""
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def connected(client: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
            if not answered.done():
                loop.call_soon_threadsafe(answered.set_result, str(reason))

        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id, protocol=protocol, transport=transport)
        self._client.ws_set_options(path)
        if ca:
            self._client.tls_set(ca)
        self._client.username_pw_set(username, password)
        self._client.on_connect = connected
        self._client.on_message = lambda client, data, message: self._tell(
            "message", topic=message.topic, payload=message.payload.decode()
        )
        self._client.on_subscribe = lambda client, data, mid, codes, properties: self._tell(
            "subscribed", mid=mid, codes=[code.value for code in codes]
        )
        self._client.on_publish = lambda client, data, mid, code, properties: self._tell("acknowledged", mid=mid)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        return await asyncio.wait_for(answered, 10)

    async def subscribe(self, topic: str, qos: int = 1) -> int | None:
        """The packet identifier that `subscribed` will carry."""
        return self._client.subscribe(topic, qos)[1]

    async def publish(self, topic: str, payload: str, qos: int = 1) -> int:
        """The packet identifier that `acknowledged` will carry."""
        return self._client.publish(topic, payload, qos).mid
