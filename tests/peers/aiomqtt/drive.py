"""Drives clients of aiomqtt. They are known by their client ids; what one receives is told as `message`."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

VERSIONS = {"3.1.1": aiomqtt.ProtocolVersion.V311, "5": aiomqtt.ProtocolVersion.V5}
NAMES = {"content_type": "ContentType", "response_topic": "ResponseTopic", "user_property": "UserProperty"}


class Drive:
    """Its clients, and the tasks that listen to them."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._clients: dict[str, aiomqtt.Client] = {}
        self._listeners: dict[str, asyncio.Task[None]] = {}

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
        mqtt = aiomqtt.Client(
            "127.0.0.1",
            port,
            username=username,
            password=password,
            identifier=client,
            protocol=VERSIONS[version],
            will=aiomqtt.Will(**will) if will else None,
            tls_context=ssl.create_default_context(cafile=ca),
            **(_session(clean) if version == "5" else {"clean_session": clean}),
        )
        await mqtt.__aenter__()
        self._clients[client] = mqtt
        self._listeners[client] = asyncio.create_task(self._listen(client, mqtt))

    async def subscribe(self, client: str, topic: str, qos: int = 1) -> int:
        """The QoS that is granted, or what is said in its place."""
        code = (await self._clients[client].subscribe(topic, qos))[0]
        return code if isinstance(code, int) else code.value

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
        said = Properties(PacketTypes.PUBLISH) if properties else None
        for name, value in (properties or {}).items():
            setattr(said, NAMES[name], [tuple(pair) for pair in value] if name == "user_property" else value)
        await self._clients[client].publish(topic, payload, qos, retain, said)

    async def leave(self, client: str) -> None:
        """Disconnect as one should."""
        await self._stop_listening(client)
        await self._clients.pop(client).__aexit__(None, None, None)

    async def drop(self, client: str) -> None:
        """The network is gone."""
        await self._stop_listening(client)
        link = self._clients.pop(client)._client.socket()
        assert link
        link.shutdown(socket.SHUT_RDWR)

    async def _listen(self, client: str, mqtt: aiomqtt.Client) -> None:
        async for message in mqtt.messages:
            self._tell("message", client=client, **_shown(message))

    async def _stop_listening(self, client: str) -> None:
        listener = self._listeners.pop(client)
        listener.cancel()
        await asyncio.wait([listener])


def _session(clean: bool) -> dict[str, Any]:
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 0 if clean else 100
    return {"clean_start": clean, "properties": properties}


def _shown(message: aiomqtt.Message) -> dict[str, Any]:
    said = {name: getattr(message.properties, theirs, None) for name, theirs in NAMES.items()}
    return {
        "topic": str(message.topic),
        "payload": message.payload.decode(),
        "qos": message.qos,
        "retain": message.retain,
        "properties": {name: value for name, value in said.items() if value},
    }
