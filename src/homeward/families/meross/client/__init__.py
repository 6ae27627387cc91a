"""The app's half: sign in at an account, find its devices, talk to them through their cloud or over the LAN.

async with MerossClient("https://iotx-eu.meross.com", email, password) as client:
    for device in await client.devices():
        print(device.info.name, await device.get("Appliance.System.All"))

The cloud may be the vendor's or a Homeward. A message whose signature is wrong is dropped and counted in `dropped`.
"""

from homeward.families.meross.client.account import CloudDevice as CloudDevice
from homeward.families.meross.client.account import MerossClient as MerossClient
from homeward.families.meross.client.lan import LanDevice as LanDevice
from homeward.families.meross.client.talk import Talk as Talk
