"""How an emulated plug answers: a table from method and namespace to the answer's payload and what else happens."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from time import gmtime, strftime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from homeward.families.base import NOTHING, Effect, Effects
from homeward.families.meross.emulator.boot import RATIOS
from homeward.families.meross.wire import Params

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Mss310

NOT_SUPPORTED, BAD_SIGN = 5000, 5001


class Refused(Exception):
    """The device answers with ERROR and this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Outcome(NamedTuple):
    """The answer's payload, and what happens after it has left."""

    payload: Params
    effects: Effects = NOTHING


Handler: TypeAlias = Callable[["Mss310", Params, float], Outcome]
_T = TypeVar("_T")


class Toggled(msgspec.Struct):
    """A relay as it shall be. Any other number than 0 and 1 leaves it as it is."""

    onoff: int
    channel: int = 0


class Gateway(msgspec.Struct):
    """Where to find the cloud. With `redirect` 2 it is noted for the next time."""

    host: str
    port: int | Annotated[str, msgspec.Meta(pattern=r"^\d{1,5}$")]
    redirect: int = 1


class Key(msgspec.Struct):
    """To whom the device belongs."""

    gateway: Gateway
    key: str
    user_id: int | str = msgspec.field(name="userId")


class _Mode(msgspec.Struct):
    mode: int


class _Time(msgspec.Struct):
    timezone: str = ""


class _Position(msgspec.Struct):
    longitude: int
    latitude: int


class _Wifi(msgspec.Struct):
    ssid: str
    password: str = ""


class _InnerHeader(msgspec.Struct):
    namespace: str
    method: str


class _Inner(msgspec.Struct):
    header: _InnerHeader
    payload: dict[str, Any] = {}


def want(payload: Params, key: str, kind: type[_T]) -> _T:
    """What a request has at `key`, checked; refused when it is anything else."""
    try:
        return msgspec.convert(payload.get(key), kind)
    except msgspec.ValidationError:
        raise Refused(NOT_SUPPORTED) from None


def _tell(answer: Callable[[Mss310, float], Params]) -> Handler:
    return lambda device, payload, now: Outcome(answer(device, now))


def _debug(device: Mss310, now: float) -> Params:
    up = int(device.uptime(now))
    firmware = device.firmware()
    return {
        "system": {
            "version": firmware["version"],
            "compileTime": firmware["compileTime"],
            "sysUpTime": f"{up // 3600}h{up // 60 % 60}m{up % 60}s",
            "localTimeOffset": device.utc_offset(now),
            "localTime": strftime("%a %b %e %H:%M:%S %Y", gmtime(device.clock(now) + device.utc_offset(now))),
            "suncalc": "7:10;19:16",
        },
        "network": {
            "linkStatus": "connected",
            "signal": int(device.plug.signal),
            "ssid": device.ssid,
            "gatewayMac": firmware["wifiMac"],
            "innerIp": firmware["innerIp"],
            "wifiDisconnectCount": 0,
        },
        "cloud": {
            "activeServer": firmware["server"],
            "mainServer": firmware["server"],
            "mainPort": firmware["port"],
            "secondServer": firmware["server"],
            "secondPort": firmware["port"],
            "userId": firmware["userId"],
            "sysDisconnectCount": device.losses,
        },
    }


def _everything(device: Mss310, now: float) -> Params:
    if device.generation.toggle_x:
        return {"system": device.system(now), "digest": {**device.toggle(), "triggerx": [], "timerx": []}}
    return {"system": device.system(now), "control": {**device.toggle(), "trigger": [], "timer": []}}


def _electricity(device: Mss310, now: float) -> Params:
    return {"electricity": device.plug.electricity()}


def _consumption(device: Mss310, now: float) -> Params:
    device.plug.advance(now)
    return {"consumptionx": device.plug.consumption()}


def _toggle(device: Mss310, payload: Params, now: float) -> Outcome:
    return Outcome({}, device.switch(want(payload, "toggle", Toggled).onoff, now))


def _toggle_x(device: Mss310, payload: Params, now: float) -> Outcome:
    wanted = payload.get("togglex")
    effects: list[Effect] = []
    for item in wanted if isinstance(wanted, list) else [wanted]:
        effects += device.switch(want({"togglex": item}, "togglex", Toggled).onoff, now)
    return Outcome({}, effects)


def _set_dnd(device: Mss310, payload: Params, now: float) -> Outcome:
    device.dnd = want(payload, "DNDMode", _Mode).mode
    return Outcome({})


def _set_time(device: Mss310, payload: Params, now: float) -> Outcome:
    name = want(payload, "time", _Time).timezone
    try:
        zone = ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        raise Refused(NOT_SUPPORTED) from None
    device.plug.advance(now)
    device.timezone, device.plug.zone = name, zone
    return Outcome({})


def _set_position(device: Mss310, payload: Params, now: float) -> Outcome:
    position = want(payload, "position", _Position)
    device.position = (position.longitude, position.latitude)
    return Outcome({})


def _set_key(device: Mss310, payload: Params, now: float) -> Outcome:
    return Outcome({}, device.move(want(payload, "key", Key)))


def _set_wifi(device: Mss310, payload: Params, now: float) -> Outcome:
    wifi = want(payload, "wifi", _Wifi)
    try:
        device.ssid = base64.b64decode(wifi.ssid, validate=True).decode()
    except ValueError:
        raise Refused(NOT_SUPPORTED) from None
    return Outcome({})


def _multiple(device: Mss310, payload: Params, now: float) -> Outcome:
    items = want(payload, "multiple", list[_Inner])
    if len(items) > device.generation.options["Control.Multiple"]["maxCmdNum"]:
        raise Refused(NOT_SUPPORTED)
    answers: list[Params] = []
    effects: list[Effect] = []
    for item in items:
        if item.header.namespace == _MULTIPLE:
            raise Refused(NOT_SUPPORTED)
        method, outcome = device.answer(item.header.method, item.header.namespace, item.payload, now)
        answers.append({"header": {"namespace": item.header.namespace, "method": method}, "payload": outcome.payload})
        effects += outcome.effects
    return Outcome({"multiple": answers}, effects)


_MULTIPLE = "Appliance.Control.Multiple"
_TRACE = {"ssid": "", "bssid": "", "rssi": "", "code": 0, "info": ""}
_NETWORK = {"bssid": "2c-6e-a4-55-c6-47", "signal": 100, "channel": 3, "encryption": 6, "cipher": 3}

_ROWS: Mapping[str, Handler] = {
    "GET Config.Trace": _tell(lambda device, now: {"trace": _TRACE}),
    "GET Config.WifiList": _tell(lambda device, now: {"wifiList": [{"ssid": "SG9tZQ==", **_NETWORK}]}),
    "GET Control.ConsumptionConfig": _tell(lambda device, now: {"config": RATIOS}),
    "GET Control.ConsumptionX": _tell(_consumption),
    "GET Control.Electricity": _tell(_electricity),
    "GET Control.Timer": _tell(lambda device, now: {"timer": []}),
    "GET Control.TimerX": _tell(lambda device, now: {"digest": {}, "timerx": {}}),
    "GET Control.Toggle": _tell(lambda device, now: device.toggle()),
    "GET Control.ToggleX": _tell(lambda device, now: {"channel": 0, "togglex": device.toggle()["togglex"][0]}),
    "GET Control.Trigger": _tell(lambda device, now: {"trigger": []}),
    "GET Control.TriggerX": _tell(lambda device, now: {"digest": {}, "triggerx": {}}),
    "GET Digest.TimerX": _tell(lambda device, now: {"digest": []}),
    "GET Digest.TriggerX": _tell(lambda device, now: {"digest": []}),
    "GET System.Ability": _tell(lambda device, now: {"payloadVersion": 1, "ability": device.generation.abilities}),
    "GET System.All": _tell(lambda device, now: {"all": _everything(device, now)}),
    "GET System.Clock": _tell(lambda device, now: {"clock": {"timestamp": device.clock(now)}}),
    "GET System.DNDMode": _tell(lambda device, now: {"DNDMode": {"mode": device.dnd}}),
    "GET System.Debug": _tell(lambda device, now: {"debug": _debug(device, now)}),
    "GET System.Firmware": _tell(lambda device, now: {"firmware": device.firmware()}),
    "GET System.Hardware": _tell(lambda device, now: {"hardware": device.hardware()}),
    "GET System.Online": _tell(lambda device, now: {"online": device.online()}),
    "GET System.Position": _tell(
        lambda device, now: {"position": dict(zip(("longitude", "latitude"), device.position, strict=True))}
    ),
    "GET System.Report": _tell(lambda device, now: {"report": []}),
    "GET System.Runtime": _tell(lambda device, now: {"runtime": {"signal": int(device.plug.signal)}}),
    "GET System.Time": _tell(lambda device, now: {"time": device.time(now)}),
    "SET Config.Key": _set_key,
    "SET Config.Wifi": _set_wifi,
    "SET Control.Multiple": _multiple,
    "SET Control.Toggle": _toggle,
    "SET Control.ToggleX": _toggle_x,
    "SET System.DNDMode": _set_dnd,
    "SET System.Position": _set_position,
    "SET System.Time": _set_time,
}

HANDLERS: Mapping[tuple[str, str], Handler] = {
    (method, f"Appliance.{name}"): handler for row, handler in _ROWS.items() for method, name in [row.split()]
}
