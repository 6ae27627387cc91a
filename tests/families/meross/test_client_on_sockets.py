"""The app's half at a house in its own process, with the plug in another."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from homeward.families.meross.client import CloudDevice, MerossClient
from tests.families.meross.vectors import KEY, USER
from tests.peers.house import House

EMAIL, PASSWORD = "me@example.com", "Correct horse 1"


async def the_plug(client: MerossClient) -> CloudDevice:
    """The account's device, once it has been adopted and has said what it is."""
    async with asyncio.timeout(20):
        while not (devices := await client.devices()):
            pass
    return devices[0]


async def test_a_plug_is_found_switched_and_heard_over_tls(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.account(EMAIL, PASSWORD, KEY, USER)
        uuid, hand = house.plug(1, key=KEY, userid=USER)
        with hand:
            trust = ssl.create_default_context(cafile=str(house.ca))
            async with MerossClient(house.url, EMAIL, PASSWORD, tls=trust) as client:
                plug = await the_plug(client)
                told = await plug.set("Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
                assert told["togglex"][0]["onoff"] == 1
                pushes = client.pushes()
                assert (await anext(pushes)).uuid == uuid
                hand.tell("onoff=0")
                async with asyncio.timeout(20):
                    assert (await anext(pushes)).payload["togglex"][0]["onoff"] == 0
