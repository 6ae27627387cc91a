"""The namespaces that every device has: what is on its label, what it knows of the time, and how it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from time import gmtime, strftime
from typing import TYPE_CHECKING, Annotated, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from homeward.families.meross import timezones
from homeward.families.meross.emulator import sun
from homeward.families.meross.emulator.organ import END_OF_TIME, Organ, Outcome, Refused, Rows, Tell, want
from homeward.families.meross.wire import Params

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Device

_MILLION = 1_000_000
_PLAUSIBLE = 1_000_000_000


class _Time(msgspec.Struct):
    timezone: str = ""
    timestamp: Annotated[int, Meta(ge=0, le=END_OF_TIME)] = 0


class _Position(msgspec.Struct):
    longitude: Annotated[int, Meta(ge=-180 * _MILLION, le=180 * _MILLION)]
    latitude: Annotated[int, Meta(ge=-90 * _MILLION, le=90 * _MILLION)]


class _InnerHeader(msgspec.Struct):
    namespace: str
    method: str


class _Inner(msgspec.Struct):
    header: _InnerHeader
    payload: Params = {}


class System(Organ):
    """`signal` is that of its Wi-Fi, in %."""

    bounds: Mapping[str, tuple[float, float]] = {"signal": (0.0, 100.0)}

    def __init__(self, device: Device, timezone: str) -> None:
        super().__init__(device)
        self.signal = 88.0
        self.timezone = timezone
        self._device = device
        self._position: Params = {"longitude": 0, "latitude": 0}

    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self._position["latitude"] / _MILLION, self._position["longitude"] / _MILLION

    def hardware(self) -> Params:
        """Its label."""
        device = self._device
        return {
            "type": device.model,
            "subType": device.label.sub_type,
            "version": device.label.hardware,
            "chipType": device.label.chip,
            "uuid": device.native_id,
            "macAddress": device.mac,
        }

    def firmware(self) -> Params:
        """What runs on it, and where it calls."""
        device, network = self._device, self._device.network
        host, port = network.host
        return {
            "version": device.version,
            "compileTime": device.label.compiled,
            **({"encrypt": 1} if "Appliance.Encrypt.Suite" in device.abilities else {}),
            "wifiMac": "2c:6e:a4:55:c6:47",
            "innerIp": device.address,
            "server": host,
            "port": port,
            "userId": int(network.user_id) if network.user_id.isdecimal() else network.user_id,
        }

    def time(self, now: float) -> Params:
        """Its clock and time zone."""
        rule = timezones.rules(self.body.zone, now) if self.timezone else []
        return {"timestamp": self.body.clock.read(now), "timezone": self.timezone, "timeRule": rule}

    def everything(self, now: float) -> Params:
        """What System.All begins with."""
        return {
            "hardware": self.hardware(),
            "firmware": self.firmware(),
            "time": self.time(now),
            "online": self._device.online(),
        }

    def _all(self, payload: Params, now: float) -> Outcome:
        place = "digest" if self._device.label.digest else "control"
        return Outcome({"all": {"system": self.everything(now), place: self._device.digest()}})

    def _debug(self, payload: Params, now: float) -> Outcome:
        host, port = self._device.network.host
        other, other_port = self._device.network.hosts[1]
        device, firmware = self._device, self.firmware()
        up = int(device.clock.uptime(now))
        offset = _offset(now, self.body.zone)
        return Outcome(
            {
                "debug": {
                    "system": {
                        "version": firmware["version"],
                        "compileTime": firmware["compileTime"],
                        "sysUpTime": f"{up // 3600}h{up // 60 % 60}m{up % 60}s",
                        "localTimeOffset": offset,
                        "localTime": strftime("%a %b %e %H:%M:%S %Y", gmtime(device.clock.read(now) + offset)),
                        "suncalc": self._sun(now),
                    },
                    "network": {
                        "linkStatus": "connected",
                        "signal": int(self.signal),
                        "ssid": device.network.ssid,
                        "gatewayMac": firmware["wifiMac"],
                        "innerIp": firmware["innerIp"],
                        "wifiDisconnectCount": 0,
                    },
                    "cloud": {
                        "activeServer": host,
                        "mainServer": host,
                        "mainPort": port,
                        "secondServer": other,
                        "secondPort": other_port,
                        "userId": firmware["userId"],
                        "sysConnectTime": device.connected_since,
                        "sysOnlineTime": device.online_for(now),
                        "sysDisconnectCount": device.losses,
                    },
                }
            }
        )

    def _sun(self, now: float) -> str:
        here = datetime.fromtimestamp(self.body.clock.read(now), self.body.zone)
        times = sun.day(here.date(), *self.place())
        local = [datetime.fromtimestamp(at, self.body.zone) for at in times or ()]
        return ";".join(f"{at.hour}:{at.minute:02}" for at in local)

    def _set_time(self, payload: Params, now: float) -> Outcome:
        told = want(payload, "time", _Time)
        try:
            self.body.zone = ZoneInfo(told.timezone or "UTC")
        except (ValueError, OSError, LookupError):
            raise Refused from None
        self.timezone = told.timezone
        if told.timestamp > _PLAUSIBLE and not self.body.clock.told:
            self._device.set_clock(told.timestamp, now)
        self._device.retimed(now)
        return Outcome({})

    def _set_position(self, payload: Params, now: float) -> Outcome:
        position = want(payload, "position", _Position)
        self._position = {"longitude": position.longitude, "latitude": position.latitude}
        self._device.retimed(now)
        return Outcome({})

    def _multiple(self, payload: Params, now: float) -> Outcome:
        wanted = want(payload, "multiple", list[_Inner])
        most = self._device.abilities["Appliance.Control.Multiple"]["maxCmdNum"]
        if len(wanted) > most or any(one.header.namespace.endswith("Control.Multiple") for one in wanted):
            raise Refused
        answers: list[Params] = []
        tells: list[Tell] = []
        for one in wanted:
            method, outcome = self._device.answer(one.header.method, one.header.namespace, one.payload, now)
            header = {"namespace": one.header.namespace, "method": method}
            answers.append({"header": header, "payload": outcome.payload})
            tells += outcome.tells
        return Outcome({"multiple": answers}, tells)

    rows: ClassVar[Rows] = {
        "GET System.Ability": lambda self, payload, now: Outcome(
            {"payloadVersion": 1, "ability": dict(self._device.abilities)}
        ),
        "GET System.All": _all,
        "GET System.Clock": lambda self, payload, now: Outcome({"clock": {"timestamp": self.body.clock.read(now)}}),
        "GET System.Debug": _debug,
        "GET System.Firmware": lambda self, payload, now: Outcome({"firmware": self.firmware()}),
        "GET System.Hardware": lambda self, payload, now: Outcome({"hardware": self.hardware()}),
        "GET System.Online": lambda self, payload, now: Outcome({"online": self._device.online()}),
        "GET System.Position": lambda self, payload, now: Outcome({"position": dict(self._position)}),
        "SET System.Position": _set_position,
        "GET System.Report": lambda self, payload, now: Outcome({"report": []}),
        "GET System.Runtime": lambda self, payload, now: Outcome({"runtime": {"signal": int(self.signal)}}),
        "GET System.Time": lambda self, payload, now: Outcome({"time": self.time(now)}),
        "SET System.Time": _set_time,
        "SET Control.Multiple": _multiple,
    }


def _offset(now: float, zone: ZoneInfo) -> int:
    """Seconds that local time is ahead of UTC."""
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
