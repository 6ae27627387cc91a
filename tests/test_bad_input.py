"""Bad input at a whole house: real sockets, a real database, a device that means ill or has bad luck."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeward.families.meross import Meross, wire
from homeward.house import House
from homeward.mqtt.client import Client, ConnectionRefused
from homeward.mqtt.packets import Connect, Publish, Subscription
from homeward.settings import Settings

KEY, USER, MAC = "0123456789abcdef", "46884", "48:e1:e9:d5:84:42"
UUID = "2308085712920951080748e1e9d58442"
DEVICE = f"meross-{UUID}"
TOPIC = wire.publish_topic(UUID)


def connect(key: str = KEY) -> Connect:
    password = wire.device_password(USER, MAC, key).encode()
    return Connect(f"fmware:{UUID}_0123456789abcdef", 30, username=MAC, password=password, level=3)


def push(on: int, number: int, key: str = KEY, namespace: str = "Appliance.Control.ToggleX") -> bytes:
    payload: dict[str, Any] = {"togglex": [{"channel": 0, "onoff": on, "lmTime": 1}]}
    if namespace.endswith("Ability"):
        payload = {"ability": {"Appliance.Control.ToggleX": {}}}
    if namespace.endswith("All"):
        hardware = {"type": "mss310", "uuid": UUID, "macAddress": MAC}
        payload = {"all": {"system": {"hardware": hardware, "firmware": {}}, "digest": payload}}
    return wire.encode(
        "PUSH", namespace, payload, message_id=f"{number:032x}", key=key, source=TOPIC, timestamp=1_700_000_000
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = Settings(advertise="127.0.0.1", doors=("127.0.0.1:0",), web="127.0.0.1:0", adopt_all=True)
    built = House(settings, tmp_path, {"meross": Meross})
    await built.start()
    family = built.hub.families["meross"]
    assert isinstance(family, Meross)
    _, effects = family.create_account("me@example.com", "secret", user_id=USER, key=KEY)
    for effect in effects:
        await built.hub.stored(built.hub.remember("meross", effect.key, effect.value))  # type: ignore[union-attr]
    yield built
    await built.stop()


async def plug(house: House, request: Connect | None = None) -> Client:
    """The device, signed in, listening, and known by what it can and how it stands."""
    client = Client("127.0.0.1", house.doorman.doors[0].spec.port, request or connect())
    await client.open()
    await client.subscribe(Subscription(wire.request_topic(UUID), 1))
    await client.publish(TOPIC, push(0, 1, namespace="Appliance.System.Ability"), qos=1)
    await client.publish(TOPIC, push(0, 2, namespace="Appliance.System.All"), qos=1)
    return client


def switch(house: House) -> object:
    return next(entity.value for entity in house.hub.device(DEVICE).entities if entity.key == "switch")


async def test_a_client_id_replayed_without_the_key_takes_nothing_over(house: House) -> None:
    client = await plug(house)
    forger = Client(client.host, client.port, connect(key="guessed"))
    with pytest.raises(ConnectionRefused):
        await forger.open()
    await forger.closed
    assert house.hub.device(DEVICE).availability.online
    await client.publish(TOPIC, push(1, 3), qos=1)
    assert switch(house) is True
    client.close()
    await client.closed


async def test_a_client_id_replayed_with_the_key_is_the_device_come_back(house: House) -> None:
    client = await plug(house)
    again = await plug(house)
    assert await client.closed
    assert house.hub.device(DEVICE).availability.online
    again.close()
    await again.closed


async def test_a_wrong_signature_is_acknowledged_counted_and_changes_nothing(house: House) -> None:
    client = await plug(house)
    await client.publish(TOPIC, push(1, 3, key="guessed"), qos=1)
    assert switch(house) is False
    assert house.household.notes["meross", "bad_signature"] == 1
    client.close()
    await client.closed


async def test_on_a_full_disk_nothing_is_acknowledged_until_it_is_stored(house: House) -> None:
    client = await plug(house)
    connection = house.hub._store._database.connection  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    flood = [client.publish(TOPIC, push(number % 2, number), qos=1) for number in range(3, 403)]
    waiting = asyncio.gather(*flood)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.3)
    assert "full" in house.hub.trouble()["store"]
    connection.execute("PRAGMA max_page_count = 1000000")
    await asyncio.wait_for(waiting, 10)
    events = await house.hub.events(device=DEVICE, limit=1_000)
    assert len([event for event in events if "switch" in event.data]) == 401
    client.close()
    await client.closed


async def test_a_packet_that_says_it_is_256_mb_long_is_hung_up_at_its_first_bytes(house: House) -> None:
    client = await plug(house)
    assert client._link
    client._link.write(b"\x30\xff\xff\xff\x7f")
    await client.closed
    assert "a packet of 268435455 bytes" in house.hub.device(DEVICE).availability.reason


async def test_a_packet_torn_at_every_byte_arrives_whole(house: House) -> None:
    client = await plug(house)
    assert client._link
    for byte in Publish(TOPIC, push(1, 3), qos=1, packet_id=9).encode():
        client._link.write(bytes((byte,)))
        await asyncio.sleep(0)
    await client.publish(TOPIC, push(1, 4), qos=1)
    assert switch(house) is True
    client.close()
    await client.closed
