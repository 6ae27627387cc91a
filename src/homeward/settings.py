"""Every setting, once: its name, meaning, unit and default. Files, environment, flags and docs derive from here.

A value is looked for on the command line, then in the environment (`HOMEWARD__LIMITS__FRAME=65536`), then in the
TOML file, then here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from homeward.errors import SettingsError

Count = Annotated[int, Meta(ge=1)]
Bytes = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


def _says(text: str) -> Meta:
    return Meta(description=text)


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a stranger may use up. What exceeds a limit is closed, with the reason in the log."""

    connections: Annotated[Count, _says("TCP connections at once, all doors together")] = 19_000
    connections_per_address: Annotated[Count, _says("TCP connections at once from one address")] = 5_000
    handshake: Annotated[Seconds, _says("seconds from accept to a signed-in client or a whole first request")] = 20.0
    frame: Annotated[Bytes, _says("bytes of one message, whatever the protocol")] = 262_144
    http_body: Annotated[Bytes, _says("bytes of one HTTP request body")] = 1_048_576
    http_idle: Annotated[Seconds, _says("seconds an idle HTTP connection is kept")] = 60.0
    outgoing: Annotated[Bytes, _says("bytes queued for a peer that does not read; past it the peer is closed")] = (
        1_048_576
    )
    subscriptions: Annotated[Count, _says("MQTT subscriptions a client")] = 100
    inflight: Annotated[int, Meta(ge=1, le=65_535), _says("unacknowledged MQTT messages a client, each way")] = 1_000
    topic: Annotated[Bytes, _says("characters of an MQTT topic or filter")] = 1_024
    topic_levels: Annotated[Count, _says("levels of an MQTT topic or filter")] = 64
    topic_aliases: Annotated[int, Meta(ge=0, le=65_535), _says("topic aliases of an MQTT connection, each way")] = 32
    queued: Annotated[
        Bytes,
        _says(
            "bytes of MQTT messages kept for a client that is slow or away; past it the oldest at QoS 0 are dropped,"
            " then a slow client is disconnected and for one that is away new ones are dropped"
        ),
    ] = 1_048_576
    sessions: Annotated[Count, _says("MQTT sessions that outlive their connections, a realm")] = 1_000
    retained: Annotated[Bytes, _says("bytes of retained MQTT messages, a realm")] = 16_777_216
    pending_devices: Annotated[Count, _says("devices that may wait for adoption at once")] = 1_000
    calls: Annotated[Count, _says("requests to one device that may wait for their answer at once")] = 64
    websocket_queue: Annotated[Count, _says("events queued for a slow listener before it is sent a new snapshot")] = (
        10_000
    )
    sign_in_failures: Annotated[
        Count,
        _says("failed sign-ins from one address in ten minutes before it must wait, to the API and to the broker each"),
    ] = 20


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the house keeps what it knows."""

    commit_interval: Annotated[Seconds, _says("seconds that events may gather before they are committed together")] = (
        0.02
    )
    backlog: Annotated[
        Count, _says("events that may wait for a store that cannot write; past it events are refused")
    ] = 100_000
    history_days: Annotated[float, Meta(gt=0), _says("days that events are kept")] = 400.0
    checkpoint: Annotated[Seconds, _says("seconds between two savings of the twin")] = 30.0


class Commands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How devices are told things."""

    deadline: Annotated[Seconds, _says("seconds a device has to answer")] = 10.0


class Mqtt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker, for programs that are no device of a family: Home Assistant, Zigbee2MQTT and such."""

    anonymous: Annotated[bool, _says("let clients in that give no user name; they may publish and hear everything")] = (
        False
    )
    session_days: Annotated[
        float, Meta(ge=0), _says("days that a client's session may outlive its connection at most")
    ] = 7.0
    origins: Annotated[
        tuple[str, ...],
        _says("web pages that may open MQTT over WebSocket, `https://panel.home` say; empty: any"),
    ] = ()


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The certificates this house makes for itself."""

    names: Annotated[
        tuple[str, ...], _says("host names and addresses in the certificate beside the advertised one")
    ] = ()
    leaf_days: Annotated[Count, _says("days a device certificate is valid")] = 820
    ca_days: Annotated[Count, _says("days the certificate authority is valid")] = 7_300


class Meross(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Meross family."""

    poll_power: Annotated[Seconds, _says("seconds between two readings of a metering plug's power")] = 10.0
    poll_energy: Annotated[Seconds, _says("seconds between two readings of energy, of sensors and of sub-devices")] = (
        300.0
    )
    confirm: Annotated[
        Seconds, _says("seconds to wait for a device to tell a state it was set to before it is asked")
    ] = 3.0
    burst: Annotated[Count, _says("questions put to a device at once; the next ones follow a second later")] = 8
    tokens: Annotated[Count, _says("sign-in tokens an account may hold at once")] = 50
    token_days: Annotated[float, Meta(gt=0), _says("days a sign-in token is valid")] = 365.0
    sign_in_failures: Annotated[
        Count, _says("wrong passwords from one address in ten minutes before its account requests must wait")
    ] = 20
    lan: Annotated[bool, _says("reach a device at its own address while it does not call here")] = True
    poll_lan: Annotated[Seconds, _says("seconds between two looks at a device that is reached so")] = 10.0
    lan_deadline: Annotated[
        float, Meta(ge=5), _says("seconds such a device has to answer; its Wi-Fi may take five to wake")
    ] = 8.0
    timezone: Annotated[str, _says("time zone to give to devices that have none, `Europe/Rome` say; empty: none")] = ""
    firmware: Annotated[str, _says("folder with firmware images for devices, `MODEL-VERSION.bin`; empty: none")] = ""
    subdevice_reply: Annotated[
        bool, _says("send a hub its list of sub-devices back when it asks for a reply to it")
    ] = True
    sign_up: Annotated[bool, _says("let an app make an account; otherwise only the owner of this house does")] = False


class Families(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section a family."""

    meross: Meross = Meross()


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of it. `version` is that of this layout."""

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    advertise: Annotated[str, _says("host name or address devices reach this house at; empty: found out")] = ""
    doors: Annotated[
        tuple[str, ...], _says("doors to open, `[tcp:|udp:][HOST:]PORT[,tls=legacy]`; empty: the families' own")
    ] = ()
    web: Annotated[str, _says("address and port of the API and its pages")] = "127.0.0.1:8080"
    adopt_all: Annotated[bool, _says("adopt every device that signs in, without asking; for labs")] = False
    limits: Limits = Limits()
    store: Store = Store()
    commands: Commands = Commands()
    mqtt: Mqtt = Mqtt()
    tls: Tls = Tls()
    families: Families = Families()


ENVIRONMENT_PREFIX = "HOMEWARD__"


def load(file: Path | None = None, environment: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """Settings from flags (None: not given), environment and file, checked.

    Raises:
        SettingsError: the file cannot be read, or a value is wrong; the message names the setting and its source.
    """
    tree = _read(file) if file else {}
    _check(tree, str(file))
    for name, text in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            _put(tree, name, text)
            _check(tree, name)
    tree |= {key: value for key, value in flags.items() if value is not None}
    return _check(tree, "the command line")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from error


def _put(tree: dict[str, Any], name: str, text: str) -> None:
    *sections, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
    for section in sections:
        tree = tree.setdefault(section, {})
    tree[key] = text.split() if key in ("doors", "names", "origins") else text


def _check(tree: Mapping[str, Any], source: str) -> Settings:
    try:
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{source}: {error}", hint="docs/settings.md lists every setting.") from error
