"""Setting a device up, and moving one that is: what an app says and what it makes of the answers, without sockets.

Each is a generator of steps. Whoever drives it sends a step's request, and hands the answer's payload back.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Sequence
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from msgspec import Meta, field

from homeward.errors import HomewardError
from homeward.families.meross import crypto, timezones
from homeward.families.meross.lan import Ask
from homeward.families.meross.namespaces import ABILITY, ALL, KEY, TIME
from homeward.families.meross.wire import BadMessage, Params
from homeward.model import Secret

ACCESS_POINT = "10.10.10.1"
"""Where a device is in its own Wi-Fi, while it waits to be set up."""
ECDHE = "Appliance.Encrypt.ECDHE"
TRACE = "Appliance.Config.Trace"
WIFI = "Appliance.Config.Wifi"
WIFI_LIST = "Appliance.Config.WifiList"
WIFI_X = "Appliance.Config.WifiX"

_T = TypeVar("_T")
_NO_PASSWORD = 0
"""`encryption` of a Wi-Fi that is open."""


class Stopped(HomewardError):
    """It cannot go on; the message says where and why."""

    code = "set_up_stopped"


class Step(NamedTuple):
    """A request, what it is for, and what its body is encrypted with."""

    says: str
    ask: Ask
    secret: bytes | None = None


Steps: TypeAlias = Generator[Step, Params, _T]


class Cloud(msgspec.Struct, frozen=True):
    """Where a device is to call, and as whose. The host must be the name or address in the cloud's certificate."""

    host: str
    port: int
    user_id: str
    key: Secret


class Wifi(msgspec.Struct, frozen=True):
    """The Wi-Fi a device is to join; a `hidden` one is not looked for among those it sees."""

    ssid: str
    password: Secret = Secret("")
    hidden: bool = False


class Identity(msgspec.Struct, frozen=True):
    """Who a device is, and where it calls now. `port` and `user_id` are 0 and empty while it was told none."""

    model: str
    uuid: str
    mac: str
    firmware: str
    host: str = ""
    port: int = 0
    user_id: str = ""


class _Seen(msgspec.Struct):
    """A Wi-Fi that the device sees."""

    ssid: str
    signal: int = 0
    bssid: str = ""
    channel: int = 0
    encryption: int = -1
    cipher: int = -1


class _Hardware(msgspec.Struct):
    type: str
    uuid: str
    mac: str = field(name="macAddress")


class _Firmware(msgspec.Struct):
    version: str = ""
    server: str = ""
    port: int | Annotated[str, Meta(pattern=r"^\d{0,5}$")] = 0
    user_id: int | str = field(name="userId", default="")


class _System(msgspec.Struct):
    hardware: _Hardware
    firmware: _Firmware


def provision(
    cloud: Cloud, wifi: Wifi, *, timezone: str, now: float, private: EllipticCurvePrivateKey, dry: bool = False
) -> Steps[Identity]:
    """From its own access point into a Wi-Fi and to a cloud. When the last step is done it leaves and calls there.

    Without a `timezone` it keeps none. `private` is drawn for this one conversation. A `dry` run asks and changes
    nothing.

    Raises:
        Stopped: the Wi-Fi is not there, or wants a password.
        BadMessage: an answer makes no sense.
    """
    who = _identity((yield Step("Who is it?", Ask("GET", ALL, {}))))
    abilities = (yield Step(f"A {who.model}, {who.uuid}. What can it do?", Ask("GET", ABILITY, {}))).get("ability")
    if not isinstance(abilities, dict):
        raise BadMessage("no object at 'ability'")
    secret = None
    if ECDHE in abilities and not dry:
        offer = {"ecdhe": {"step": 1, "pubkey": crypto.public_text(private)}}
        told = yield Step("It encrypts: agreeing on a key.", Ask("SET", ECDHE, offer))
        secret = _session(private, told)
    listed = yield Step("Which Wi-Fi does it see?", Ask("GET", WIFI_LIST, {}), secret)
    join = _join(_choose(wifi, listed), wifi, who, WIFI_X in abilities)
    if dry:
        return who
    if timezone:
        rules = timezones.rules(ZoneInfo(timezone), now)
        time = {"timestamp": int(now), "timezone": timezone, "timeRule": rules}
        yield Step(f"Telling it the time in {timezone}.", Ask("SET", TIME, {"time": time}), secret)
    yield Step(f"Telling it to call {cloud.host}:{cloud.port}.", _key(cloud), secret)
    yield Step(f"Sending it into the Wi-Fi {wifi.ssid}.", join, secret)
    return who


def look() -> Steps[Identity]:
    """Who is at an address, and where it calls.

    Raises:
        BadMessage: the answer makes no sense.
    """
    return _identity((yield Step("Where does it call now?", Ask("GET", ALL, {}))))


def move(cloud: Cloud) -> Steps[None]:
    """From one cloud to another, over its LAN. It acknowledges with the new key, which proves that it has it."""
    yield Step(f"Telling it to call {cloud.host}:{cloud.port}.", _key(cloud))


def trouble(payload: Params) -> str:
    """Why a device did not get into the Wi-Fi it was sent to, as Config.Trace has it; empty: it says of no trouble."""
    trace = payload.get("trace")
    if not isinstance(trace, dict) or not trace.get("code"):
        return ""
    info = trace.get("info")
    words = info if isinstance(info, str) and info.isprintable() else ""
    return f"{words or 'no reason given'} (code {trace['code']!r})"


def _key(cloud: Cloud) -> Ask:
    # Both hosts are the same: with an empty second one some firmware never calls again once its link has fallen.
    gateway = {
        "host": cloud.host,
        "port": cloud.port,
        "secondHost": cloud.host,
        "secondPort": cloud.port,
        "redirect": 1,
    }
    return Ask("SET", KEY, {"key": {"gateway": gateway, "key": cloud.key.reveal(), "userId": cloud.user_id}})


def _identity(payload: Params) -> Identity:
    everything = payload.get("all")
    system = _read(everything.get("system") if isinstance(everything, dict) else None, _System)
    hardware, firmware = system.hardware, system.firmware
    return Identity(
        hardware.type,
        hardware.uuid,
        hardware.mac,
        firmware.version,
        firmware.server,
        int(firmware.port or 0),
        str(firmware.user_id),
    )


def _session(private: EllipticCurvePrivateKey, payload: Params) -> bytes:
    told = payload.get("ecdhe")
    public = told.get("pubkey") if isinstance(told, dict) else None
    if not isinstance(public, str):
        raise BadMessage("no text at 'ecdhe.pubkey'")
    return crypto.session_key(private, public)


def _choose(wifi: Wifi, payload: Params) -> _Seen:
    """The strongest access point of that name among those it sees."""
    if wifi.hidden:
        return _Seen(wifi.ssid)
    seen: list[_Seen] = _read(payload.get("wifiList"), list[_Seen])
    found = [one for one in seen if _text(one.ssid) == wifi.ssid]
    if not found:
        raise Stopped(f"it does not see the Wi-Fi {wifi.ssid!r}, but {_names(seen)}", hint=_NOT_SEEN)
    best = max(found, key=lambda one: one.signal)
    if best.encryption > _NO_PASSWORD and not wifi.password:
        raise Stopped(f"the Wi-Fi {wifi.ssid!r} wants a password")
    return best


_NOT_SEEN = "It sees 2.4 GHz only, and none that wants WPA3. One that does not tell its name is joined with --hidden."


def _join(seen: _Seen, wifi: Wifi, who: Identity, encrypts: bool) -> Ask:
    """What sends it there. Firmware that needs more than name and password fails without a word when it is not told."""
    password = wifi.password.reveal().encode()
    secret = crypto.wifi_key(who.model, who.uuid, who.mac)
    told: Params = {
        "ssid": base64.b64encode(wifi.ssid.encode()).decode(),
        "password": crypto.encrypt(secret, password) if encrypts else base64.b64encode(password).decode(),
    }
    if seen.bssid:
        told |= {name: getattr(seen, name) for name in ("bssid", "channel", "encryption", "cipher")}
    return Ask("SET", WIFI_X if encrypts else WIFI, {"wifi": told})


def _names(seen: Sequence[_Seen]) -> str:
    return ", ".join(sorted({repr(_text(one.ssid)) for one in seen})) or "none"


def _text(ssid: str) -> str:
    try:
        return base64.b64decode(ssid, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ssid


def _read(data: object, kind: type[_T]) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise BadMessage(str(error)) from None
