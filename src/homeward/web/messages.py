"""What goes in and out of the API, beside the hub's own views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from homeward.hub.view import DeviceView
from homeward.model import Event, EventKind, Secret, Value
from homeward.mqtt.users import Filters
from homeward.web.tokens import Role

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Deadline = Annotated[float, Meta(gt=0, le=300, description="seconds the device has to answer")]


class DeviceQuery(msgspec.Struct, frozen=True):
    """Which devices to list."""

    family: str | None = None
    adopted: bool | None = None


class Rename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be changed about a device."""

    name: Name


class Adoption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to take a device in. Without a name it keeps the one it has."""

    name: Annotated[str, Meta(max_length=100)] = ""


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Set one entity to a value, in the entity's unit."""

    entity: str
    value: Value
    deadline: Deadline | None = None


class NativeCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request of the device's own protocol; what method and params may be is its family's to say."""

    method: str
    params: Any = None
    deadline: Deadline | None = None


class CommandResult(msgspec.Struct, frozen=True):
    """What the device answered, and how it stands now."""

    result: Any
    device: DeviceView


class CallResult(msgspec.Struct, frozen=True):
    """What the device answered."""

    result: Any


class EventQuery(msgspec.Struct, frozen=True):
    """Which events to list. `device` may be an id, the beginning of one, or a name."""

    device: str | None = None
    kind: list[EventKind] = []
    after: Annotated[Seq, Meta(description="only events with a greater seq, oldest first")] | None = None
    before: Annotated[Seq, Meta(description="only events with a smaller seq")] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class EventPage(msgspec.Struct, frozen=True):
    """Some events, and where the next ones are; null when there were no more."""

    events: list[Event]
    next: str | None


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be made; without `days` it does not expire."""

    name: Name
    role: Role = Role.VIEWER
    days: Annotated[float, Meta(gt=0, le=36_500)] | None = None


class IssuedToken(msgspec.Struct, frozen=True):
    """A new token. `token` is shown this once."""

    id: str
    name: str
    role: Role
    created: float
    expires: float | None
    token: str


class SetupCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code from the set-up link."""

    code: Secret


class FamilyView(msgspec.Struct, frozen=True):
    """A family that lives here."""

    name: str
    title: str
    doors: tuple[str, ...]
    accounts: bool
    """Whether it keeps accounts of its own, by which its apps sign in."""


class AccountView(msgspec.Struct, frozen=True):
    """An account of a family, without its secrets."""

    id: str
    email: str
    disabled: bool
    """Whether its apps are shut out."""
    moved: str
    """Where its apps are sent instead; empty: nowhere."""
    second_factor: bool
    """Whether its apps are asked for a code beside the password."""


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account to be made, for the family's app. What is left out the family draws at random."""

    email: Name
    password: Secret
    user_id: Name | None = None
    key: Secret | None = None
    """What the account's devices sign with, to keep devices that have one already."""


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be changed about an account; what is left out stays. An empty `moved` or `factor` is taken away."""

    password: Secret | None = None
    disabled: bool | None = None
    moved: Annotated[str, Meta(max_length=300)] | None = None
    factor: Secret | None = None
    """The base32 secret of an authenticator, whose codes its apps are asked for beside the password."""


class NewMqttUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user of the MQTT broker to be made or changed. What is left out stays as it is; for a new user rules are then
    `#`, and a password is drawn at random.
    """

    name: Name
    password: Secret | None = None
    hash: Secret | None = None
    """In place of the password: the hash of one, as Mosquitto's password file has it."""
    publish: Filters | None = None
    subscribe: Filters | None = None


class MqttUserView(msgspec.Struct, frozen=True):
    """A user of the MQTT broker, and how many of its clients are connected. The rules are topic filters, where `%u` is
    its name and `%c` a client's id.
    """

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    connected: int


class MqttRealm(msgspec.Struct, frozen=True):
    """How the MQTT broker of a realm is: that of a family, or of `people`."""

    name: str
    connected: int
    """Clients that are connected."""
    sessions: int
    """Sessions, those of clients that are away included."""
    retained: int
    """Retained messages."""
    retained_bytes: int
    dropped: Mapping[str, int]
    """How many messages were not delivered, kept or retained since the start, by reason."""


class IssuedMqttUser(msgspec.Struct, frozen=True):
    """A user as it is from now on. `password` is one that was drawn for it; it is shown this once."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    password: str | None = None


class Health(msgspec.Struct, frozen=True):
    """The process lives."""

    alive: bool = True


class Readiness(msgspec.Struct, frozen=True):
    """Every part of the house works."""

    ready: bool = True
