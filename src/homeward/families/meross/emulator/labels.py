"""What is on the label of each model, and the abilities it lists, as captures of real ones have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from homeward.families.meross.wire import Params


class Label(NamedTuple):
    """One generation of a model."""

    hardware: str
    sub_type: str
    chip: str
    firmware: str
    compiled: str
    abilities: Mapping[str, Params]
    keep_alive: int = 30
    binds_with: str = "PUSH"
    """PUSH tells the cloud; SET wants to be acknowledged before the boot goes on."""

    @property
    def digest(self) -> bool:
        """Whether System.All has a `digest`; firmware 1.x has `control`."""
        return "Appliance.Control.Toggle" not in self.abilities


_OPTIONS: Mapping[str, Params] = {
    "Control.Multiple": {"maxCmdNum": 5},
    "Control.TimerX": {"sunOffsetSupport": 1},
    "Hub.Mts100.Schedule": {"scheduleUnitTime": 30},
    "Hub.Mts100.ScheduleB": {"scheduleUnitTime": 15},
}
_HUB = """Config.Key Config.WifiList Config.Wifi Config.Trace System.All System.Hardware System.Firmware System.Debug
System.Online System.Time System.Ability System.Runtime System.Report System.Position Control.Bind Control.Unbind
Control.Upgrade Control.Multiple"""
_FIRST = f"{_HUB.removesuffix(' Control.Multiple')} System.Clock System.DNDMode"
_BASE = f"{_HUB} System.Clock"
_TIMERS = "Control.TimerX Control.TriggerX Digest.TimerX Digest.TriggerX"
_SWITCH = f"{_BASE} System.DNDMode Control.ToggleX {_TIMERS}"
_METER = "Control.ConsumptionX Control.Electricity"
_X = "Config.WifiX Config.Info"
_ENCRYPTS = "Encrypt.Suite Encrypt.ECDHE"
_DOOR: Mapping[str, Params] = {
    "Control.TimerX": {"sunOffsetSupport": 1, "notify": ["Appliance.GarageDoor.State"]},
    "Control.TriggerX": {"notify": ["Appliance.GarageDoor.State"]},
}
_THERMOSTAT = " ".join(
    f"Control.Thermostat.{name}"
    for name in [
        "HoldAction",
        "Mode",
        "Calibration",
        "DeadZone",
        "Frost",
        "Overheat",
        "WindowOpened",
        "Schedule",
        "Sensor",
    ]
)


def _lists(names: str, **options: Mapping[str, Params]) -> Mapping[str, Params]:
    more = {**_OPTIONS, **options.get("more", {})}
    return {f"Appliance.{name}": more.get(name, {}) for name in dict.fromkeys(names.split())}


def _light(capacity: int) -> Mapping[str, Params]:
    return {"Control.Light": {"capacity": capacity}}


_THREE: Mapping[str, Params] = {"Control.Multiple": {"maxCmdNum": 3}}

MSS310: Mapping[str, Label] = {
    "1": Label(
        "1.0.0",
        "us",
        "MT7688",
        "1.1.18",
        "2018-12-03 11:15:36",
        _lists(
            f"{_FIRST} Control.Toggle Control.Timer Control.Trigger {_METER}",
            more={"Control.Timer": {"sunOffsetSupport": 1}},
        ),
    ),
    "2": Label(
        "2.0.0",
        "us",
        "MT7682",
        "2.1.17",
        "2020-12-09 10:04:26",
        _lists(f"{_SWITCH} {_METER} Control.ConsumptionConfig"),
    ),
    "6": Label(
        "6.0.0",
        "eu",
        "rtl8710cf",
        "6.1.8",
        "2021-01-25 17:23:10",
        _lists(f"{_SWITCH} {_METER} Control.ConsumptionConfig"),
        keep_alive=120,
        binds_with="SET",
    ),
}
STRIP: Mapping[str, Label] = {
    "2": Label("2.0.0", "eu", "mt7682", "2.1.3", "2019-12-24 17:35:29", _lists(_SWITCH)),
}
MSS110: Mapping[str, Label] = {
    "6": Label(
        "6.0.0", "eu", "rtl8710cf", "6.1.8", "2021-01-25 17:23:10", _lists(_SWITCH), keep_alive=120, binds_with="SET"
    ),
    "7": Label(
        "7.0.0",
        "un",
        "rtl8710cm",
        "7.3.37",
        "2024-03-12 14:20:33",
        _lists(f"{_SWITCH} {_X} Config.OverTemp Config.NtpSite Control.OverTemp {_ENCRYPTS}", more=_THREE),
        keep_alive=120,
        binds_with="SET",
    ),
}
MSS305: Mapping[str, Label] = {
    "8": Label(
        "8.0.0",
        "eu",
        "rtl8720cf",
        "8.3.15",
        "2024-05-08 09:11:57",
        _lists(
            f"{_SWITCH} {_X} {_METER} Control.ConsumptionH Control.ConsumptionConfig Control.OverTemp Config.OverTemp"
            " Config.StandbyKiller Control.AlertReport",
            more=_THREE,
        ),
        keep_alive=120,
        binds_with="SET",
    ),
}
MSL120: Mapping[str, Label] = {
    "4": Label(
        "4.0.0",
        "eu",
        "MT7686",
        "4.1.8",
        "2020-03-25 16:38:55",
        _lists(f"{_BASE} System.Factory Control.ToggleX {_TIMERS} Control.Light", more=_light(7)),
    ),
}
MSL430: Mapping[str, Label] = {
    "7": Label(
        "7.0.0",
        "eu",
        "rtl8710cm",
        "7.3.9",
        "2023-06-19 10:01:12",
        _lists(f"{_SWITCH} {_X} Control.Light Control.Light.Effect Control.Light.Favorite", more=_light(15)),
        keep_alive=120,
        binds_with="SET",
    ),
}
MOD100: Mapping[str, Label] = {
    "3": Label(
        "3.0.0",
        "un",
        "mt7686",
        "3.1.5",
        "2020-12-02 10:31:47",
        _lists(f"{_BASE} {_TIMERS} Control.Diffuser.Spray Control.Diffuser.Light Control.Diffuser.Sensor"),
    ),
}
MSG100: Mapping[str, Label] = {
    "3": Label(
        "3.5.0",
        "un",
        "mt7686",
        "3.2.7",
        "2021-05-31 15:06:22",
        _lists(f"{_SWITCH} GarageDoor.State GarageDoor.Config", more=_DOOR),
    ),
    "4": Label(
        "4.0.0",
        "un",
        "rtl8710cm",
        "4.2.1",
        "2022-03-17 11:14:09",
        _lists(f"{_SWITCH} {_X} GarageDoor.State GarageDoor.Config", more=_DOOR),
        keep_alive=120,
        binds_with="SET",
    ),
}
MSG200: Mapping[str, Label] = {
    "4": Label(
        "4.0.0",
        "un",
        "rtl8710cm",
        "4.2.8",
        "2022-06-27 17:08:40",
        _lists(f"{_SWITCH} {_X} GarageDoor.State GarageDoor.MultipleConfig", more=_DOOR),
        keep_alive=120,
        binds_with="SET",
    ),
}
MRS100: Mapping[str, Label] = {
    "2": Label(
        "2.0.0",
        "un",
        "MT7682",
        "2.1.2",
        "2020-11-10 14:20:33",
        _lists(
            f"{_BASE} System.DNDMode {_TIMERS} RollerShutter.Position RollerShutter.State RollerShutter.Config",
        ),
    ),
    "7": Label(
        "7.0.0",
        "un",
        "rtl8710cm",
        "7.6.10",
        "2023-09-22 09:40:51",
        _lists(
            f"{_BASE} System.DNDMode {_X} {_TIMERS} RollerShutter.Position RollerShutter.State RollerShutter.Config"
            " RollerShutter.Adjust"
        ),
        keep_alive=120,
        binds_with="SET",
    ),
}
MTS200: Mapping[str, Label] = {
    "7": Label(
        "7.0.0",
        "un",
        "rtl8710cm",
        "7.6.9",
        "2023-04-11 11:25:36",
        _lists(
            f"{_BASE} {_X} Mcu.Firmware Control.PhysicalLock {_THERMOSTAT} Control.Thermostat.SummerMode"
            " Control.Screen.Brightness Control.Sensor.History Control.OverTemp Config.OverTemp"
            " Digest.TimerX Digest.TriggerX"
        ),
        keep_alive=120,
        binds_with="SET",
    ),
}
MSH300: Mapping[str, Label] = {
    "4": Label(
        "4.0.0",
        "un",
        "mt7686",
        "4.1.26",
        "2021-09-03 10:22:41",
        _lists(
            f"{_HUB} System.DNDMode Digest.Hub Hub.Online Hub.ToggleX Hub.Exception Hub.SubdeviceList Hub.Report"
            " Hub.Battery Hub.Mts100.All Hub.Mts100.TimeSync Hub.Mts100.Mode Hub.Mts100.Temperature Hub.Mts100.Adjust"
            " Hub.Mts100.Schedule Hub.Mts100.ScheduleB Hub.Sensor.All Hub.Sensor.Latest Hub.Sensor.TempHum"
            " Hub.Sensor.Adjust Hub.Sensor.Alert"
        ),
    ),
}
