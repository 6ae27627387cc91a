"""Drives clients of gmqtt. They are known by their client ids; what one receives is told as `message`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import gmqtt
from gmqtt.mqtt.constants import MQTTv50, MQTTv311
from gmqtt.storage import PersistentStorage

PATIENCE = 10
VERSIONS = {"3.1.1": MQTTv311, "5": MQTTv50}
NAMES = ("content_type", "response_topic", "user_property")


class Drive:
    """Its clients, and what each has sent and not heard to be taken."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._clients: dict[str, gmqtt.Client] = {}
        self._unacknowledged: dict[str, PersistentStorage] = {}
        self._granted: dict[tuple[str, int], asyncio.Future[int]] = {}

    async def connect(
        self,
        client: str,
        version: str,
        port: int,
        ca: str,
        username: str,
        password: str,
        clean: bool = True,
        will: dict[str, Any] | None = None,
    ) -> None:
        """Sign in; a session that is not clean lasts for a while."""
        storage = self._unacknowledged[client] = PersistentStorage()
        mqtt = gmqtt.Client(
            client,
            clean_session=clean,
            will_message=gmqtt.Message(**will) if will else None,
            persistent_storage=storage,
            **({"session_expiry_interval": 0 if clean else 100} if version == "5" else {}),
        )
        mqtt.set_auth_credentials(username, password)
        mqtt.on_message = self._heard
        mqtt.on_subscribe = lambda mqtt, mid, qos, properties: self._granted.pop((client, mid)).set_result(qos[0])
        tls = ssl.create_default_context(cafile=ca)
        await asyncio.wait_for(mqtt.connect("127.0.0.1", port, ssl=tls, version=VERSIONS[version]), PATIENCE)
        self._clients[client] = mqtt

    async def subscribe(self, client: str, topic: str, qos: int = 1) -> int:
        """The QoS that is granted, or what is said in its place."""
        mid = self._clients[client].subscribe(topic, qos)
        granted = self._granted[client, mid] = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(granted, PATIENCE)

    async def publish(
        self,
        client: str,
        topic: str,
        payload: str,
        qos: int = 1,
        retain: bool = False,
        properties: dict[str, Any] | None = None,
    ) -> None:
        """Until it is acknowledged."""
        said = dict(properties or {})
        if "user_property" in said:
            said["user_property"] = [tuple(pair) for pair in said["user_property"]]
        self._clients[client].publish(topic, payload, qos, retain, **said)
        await asyncio.wait_for(self._unacknowledged[client].wait_empty(), PATIENCE)

    async def leave(self, client: str) -> None:
        """Disconnect as one should."""
        await self._clients.pop(client).disconnect()

    async def drop(self, client: str) -> None:
        """The network is gone."""
        mqtt = self._clients.pop(client)
        mqtt._is_active = False  # else it comes back
        mqtt._connection._transport.abort()

    async def _heard(self, mqtt: gmqtt.Client, topic: str, payload: bytes, qos: int, properties: dict[str, Any]) -> int:
        said = {
            name: properties[name] if name == "user_property" else properties[name][0]
            for name in NAMES
            if name in properties
        }
        self._tell(
            "message",
            client=mqtt._client_id,
            topic=topic,
            payload=payload.decode(),
            qos=qos,
            retain=bool(properties["retain"]),
            properties=said,
        )
        return 0
