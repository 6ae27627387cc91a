"""The models that can be emulated: each a row of labels, organs, and what its memory holds of a reply."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import NamedTuple

from homeward.families.meross.emulator import labels
from homeward.families.meross.emulator.diffuser import Diffuser
from homeward.families.meross.emulator.garage import Garage
from homeward.families.meross.emulator.hub import Hub
from homeward.families.meross.emulator.labels import Label
from homeward.families.meross.emulator.light import Effects, Light
from homeward.families.meross.emulator.meter import Meter
from homeward.families.meross.emulator.organ import Body, Organ
from homeward.families.meross.emulator.relay import FirstRelay, Relay
from homeward.families.meross.emulator.shutter import Shutter
from homeward.families.meross.emulator.thermostat import Thermostat
from homeward.families.meross.emulator.timers import FirstTimers, Timers
from homeward.families.meross.emulator.triggers import FirstTriggers, Triggers
from homeward.families.meross.wire import Params

Organs = Sequence[Organ]


class Order(NamedTuple):
    """What is to be made: the generation's label, the device's number, and what is paired with it if it is a hub."""

    label: Label
    number: int
    subdevices: tuple[str, ...]


class Model(NamedTuple):
    """One row."""

    about: str
    labels: Mapping[str, Label]
    """By generation; the last is the one that is made when none is asked for."""
    organs: Callable[[Body, Order], Organs]
    memory: int = 3_000
    """Bytes of a reply over the LAN, should it be cut off (the quirk `truncate`)."""


def _timed(body: Body, organs: Organs, running: Callable[[int], bool], channels: Container[int] = (0,)) -> Organs:
    return *organs, Timers(body, channels), Triggers(body, running, channels)


def _plug(body: Body, order: Order) -> Organs:
    if not order.label.digest:
        first = FirstRelay(body)
        return Meter(body, first.on), first, FirstTimers(body), FirstTriggers(body, first.on)
    relay = Relay(body)
    return _timed(body, (Meter(body, relay.on), relay), relay.on)


def _switch(body: Body, order: Order) -> Organs:
    relay = Relay(body)
    return _timed(body, (relay,), relay.on)


def _strip(count: int) -> Callable[[Body, Order], Organs]:
    def organs(body: Body, order: Order) -> Organs:
        relay = Relay(body, range(count), master=True)
        return _timed(body, (relay,), relay.on, range(count))

    return organs


def _lamp(body: Body, order: Order) -> Organs:
    told: Params = order.label.abilities["Appliance.Control.Light"]
    light, relay = Light(body, told["capacity"]), Relay(body)
    effects = (Effects(body, light),) if "Appliance.Control.Light.Effect" in order.label.abilities else ()
    return _timed(body, (relay, light, *effects), relay.on)


def _door(*channels: int) -> Callable[[Body, Order], Organs]:
    def organs(body: Body, order: Order) -> Organs:
        garage = Garage(body, channels)
        return _timed(body, (Relay(body), garage), garage.is_open, {0, *channels})

    return organs


def _shutter(body: Body, order: Order) -> Organs:
    intermediate = "Appliance.RollerShutter.Adjust" in order.label.abilities
    return _timed(body, (Shutter(body, intermediate=intermediate),), lambda channel: False)


MODELS: Mapping[str, Model] = {
    "mss310": Model("plug with a meter", labels.MSS310, _plug, 2_900),
    "mss110": Model("plug; firmware 7 encrypts on its LAN", labels.MSS110, _switch),
    "mss305": Model("plug with a meter by hours", labels.MSS305, _plug),
    "mss425e": Model("strip: 0 all, 1 to 3 sockets, 4 USB", labels.STRIP, _strip(5)),
    "mss425f": Model("strip: 0 all, 1 to 4 sockets, 5 USB", labels.STRIP, _strip(6)),
    "msl120": Model("bulb: colour and white", labels.MSL120, _lamp, 2_000),
    "msl430": Model("table lamp: colour, white and effects", labels.MSL430, _lamp),
    "msh300": Model(
        "hub with valves (mts100v3) and thermometers (ms100)",
        labels.MSH300,
        lambda body, order: (Hub(body, order.subdevices, order.number),),
        4_000,
    ),
    "msg100": Model("garage door opener", labels.MSG100, _door(0)),
    "msg200": Model("garage door opener for three doors", labels.MSG200, _door(1, 2, 3)),
    "mrs100": Model("roller shutter; firmware 2 knows open and closed only", labels.MRS100, _shutter),
    "mod100": Model(
        "aroma diffuser",
        labels.MOD100,
        lambda body, order: _timed(body, (Diffuser(body),), lambda channel: False),
    ),
    "mts200": Model(
        "thermostat",
        labels.MTS200,
        lambda body, order: _timed(body, (Thermostat(body),), lambda channel: False),
    ),
}
"""By type, as System.Hardware has it."""

GENERATIONS: Mapping[str, Label] = labels.MSS310
"""Those of the mss310."""
