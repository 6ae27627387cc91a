"""How apps see this house: the addresses they are told to call, and the devices there."""

from __future__ import annotations

from homeward.families.base import Home, Peer
from homeward.families.meross import notes
from homeward.families.meross.wire import Params
from homeward.model import Device

_ONLINE, _OFFLINE = 1, 2


def domain(home: Home, peer: Peer) -> str:
    """Where an app calls from now on: by the scheme it came by, for it may not trust this house's certificate."""
    schemes = ("https", "http") if peer.tls else ("http", "https")
    scheme = next((scheme for scheme in schemes if scheme in home.ports), schemes[0])
    return f"{scheme}://{address(home, scheme, 0)}"


def mqtt_domain(home: Home) -> str:
    """Where the MQTT endpoint is; the port is left out when it is the vendor's."""
    return address(home, "mqtts", 443)


def address(home: Home, spoken: str, usual: int) -> str:
    """Host and port where something is spoken; the port is left out when it is the usual one."""
    port = home.ports.get(spoken, usual)
    host = f"[{home.advertise}]" if ":" in home.advertise else home.advertise
    return host if port == usual else f"{host}:{port}"


def item(home: Home, device: Device) -> Params:
    """A device as `devList` has it. Clients fail on a null in any of these fields."""
    said, native, address = device.description, device.native, mqtt_domain(home)
    return {
        "uuid": device.native_id,
        "onlineStatus": _ONLINE if home.is_online(device.native_id) else _OFFLINE,
        "devName": device.name,
        "devIconId": "device001",
        "bindTime": int(native.get("bindTime", device.first_seen)),
        "deviceType": said.model,
        "subType": native.get("subType", ""),
        "channels": _channels(said.model, notes.channels(native)),
        "region": "eu",
        "fmwareVersion": said.firmware,
        "hdwareVersion": said.hardware,
        "userDevIcon": "",
        "iconType": 1,
        "domain": address,
        "reservedDomain": address,
        "hardwareCapabilities": [],
    }


def sub_devices(device: Device) -> list[Params]:
    """What is paired with a hub, as `getSubDevices` has it. One that has not told its type yet is left out."""
    return [
        {
            "subDeviceId": name,
            "subDeviceType": kind,
            "subDeviceVendor": "meross",
            "subDeviceName": f"{kind} {name[-4:]}",
            "subDeviceIconId": "device001",
        }
        for name, kind in device.native.get("subdevices", {}).items()
        if kind
    ]


def _channels(model: str, channels: list[int]) -> list[Params]:
    """The index is the channel; channel 0 of several is all of them."""
    told = [_outlet(channel) for channel in range(1, min(channels[-1], _MOST_CHANNELS) + 1)]
    if told and model.startswith(_WITH_USB):
        told[-1] |= {"type": "USB", "devName": "USB"}
    return [{}, *told]


def _outlet(channel: int) -> Params:
    return {"type": "Switch", "devName": f"Switch {channel}", "devIconId": "device001"}


_WITH_USB = "mss425"
"""The strips whose last channel is their USB ports."""
_MOST_CHANNELS = 64
