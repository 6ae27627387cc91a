"""Drives clients of paho-mqtt. They are known by their client ids; what one receives is told as `message`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PATIENCE = 10
VERSIONS = {"3.1": mqtt.MQTTv31, "3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}
NAMES = {"content_type": "ContentType", "response_topic": "ResponseTopic", "user_property": "UserProperty"}


class Refused(Exception):
    """The server said no."""


class Drive:
    """Its clients."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._clients: dict[str, mqtt.Client] = {}
        self._granted: dict[tuple[str, int], asyncio.Future[int]] = {}
        self._stopping: list[asyncio.Future[Any]] = []

    async def connect(
        self,
        client: str,
        version: str,
        port: int,
        username: str,
        password: str,
        ca: str | None = None,
        clean: bool = True,
        will: dict[str, Any] | None = None,
        transport: str = "tcp",
        path: str = "/mqtt",
    ) -> None:
        """Sign in, without `ca` in the clear; a session that is not clean lasts for a while."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()

        def connected(paho: mqtt.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
            loop.call_soon_threadsafe(lambda: answered.done() or answered.set_result(reason))

        def subscribed(paho: mqtt.Client, data: Any, mid: int, codes: Any, properties: Any) -> None:
            loop.call_soon_threadsafe(lambda: self._granted.pop((client, mid)).set_result(codes[0].value))

        cleanly = {} if version == "5" else {"clean_session": clean}
        options = {"protocol": VERSIONS[version], "transport": transport, **cleanly}
        paho = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client, **options)
        paho.ws_set_options(path)
        if ca:
            paho.tls_set(ca)
        paho.username_pw_set(username, password)
        if will:
            paho.will_set(**will)
        paho.on_connect, paho.on_subscribe = connected, subscribed
        paho.on_message = lambda paho, data, message: self._tell("message", client=client, **_shown(message))
        paho.connect("127.0.0.1", port, **(_session(clean) if version == "5" else {}))
        paho.loop_start()
        self._clients[client] = paho
        reason = await asyncio.wait_for(answered, PATIENCE)
        if reason.is_failure:
            self._give_up(paho)
            raise Refused(str(reason))

    async def subscribe(self, client: str, topic: str, qos: int = 1) -> int:
        """The QoS that is granted, or what is said in its place."""
        _, mid = self._clients[client].subscribe(topic, qos)
        granted = self._granted[client, mid or 0] = asyncio.get_running_loop().create_future()
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
        said = Properties(PacketTypes.PUBLISH) if properties else None
        for name, value in (properties or {}).items():
            setattr(said, NAMES[name], [tuple(pair) for pair in value] if name == "user_property" else value)
        info = self._clients[client].publish(topic, payload, qos, retain, said)
        await asyncio.to_thread(info.wait_for_publish, PATIENCE)
        if not info.is_published():
            raise TimeoutError(f"{topic} was not acknowledged")

    async def leave(self, client: str) -> None:
        """Disconnect as one should."""
        paho = self._clients.pop(client)
        paho.disconnect()
        await asyncio.to_thread(paho.loop_stop)

    async def drop(self, client: str) -> None:
        """The network is gone."""
        paho = self._clients.pop(client)
        link = paho.socket()
        assert link
        link.shutdown(socket.SHUT_RDWR)
        self._give_up(paho)

    def _give_up(self, paho: mqtt.Client) -> None:
        """It would try again; its thread needs up to a second to hear that it is not to."""
        self._stopping.append(asyncio.ensure_future(asyncio.to_thread(paho.loop_stop)))


def _session(clean: bool) -> dict[str, Any]:
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 0 if clean else 100
    return {"clean_start": clean, "properties": properties}


def _shown(message: mqtt.MQTTMessage) -> dict[str, Any]:
    said = {name: getattr(message.properties, theirs, None) for name, theirs in NAMES.items()}
    return {
        "topic": message.topic,
        "payload": message.payload.decode(),
        "qos": message.qos,
        "retain": message.retain,
        "properties": {name: value for name, value in said.items() if value},
    }
