"""What a namespace is, and the rows of those that are known; names are without their `Appliance.` here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from homeward.families.meross.wire import Params

_NOTHING: Mapping[str, Any] = {}


class Quantity(NamedTuple):
    """What a number counts: so many `parts` are one `unit`."""

    unit: str
    parts: int = 1


class Shape(NamedTuple):
    """How a payload is built: `{key: {…}}`, or `{key: [{…}, …]}`, its items told apart by `keyed_by`."""

    many: bool = False
    keyed_by: str = ""
    ask: str = ""
    """What GET has at the key: `{}`, `[]`, the `one` item asked for, `each` of them; empty: not even the key."""


class Namespace(NamedTuple):
    """One row. Field names are dotted paths within an item."""

    name: str
    key: str
    """Where in the payload it stands; empty: the payload is the item."""
    verbs: str
    """G: answers GET. S: takes SET. D: takes DELETE. P: is pushed by the device. Q: answers a PUSH of `{}` by pushing.
    B: the device itself SETs it, and waits for the SETACK."""
    shape: Shape = Shape()
    digest: str = ""
    """Its place in System.All, as a dotted path below `all`."""
    units: Mapping[str, Quantity] = {}
    """What its numbers count; a field that is not here counts itself."""
    set_many: bool = False
    """Whether SET wants a list as well."""
    inside: str = ""
    """The field at the key that holds the items, where they are not right there."""
    lasting: tuple[str, ...] = ()
    """Fields of an item that are no state: what bounds it, what must be said with it."""
    beside: tuple[str, ...] = ()
    """Lasting fields that stand beside the key, and not in the item."""
    asked: Mapping[str, Any] = {}
    """What GET says of every item besides which it is."""
    pushed: str = ""
    """The key of what the device pushes, if it is another."""

    def request(self, *items: int | str) -> Params:
        """The payload of the GET that asks for these items; for channel 0 or all there are when none is named."""
        shape = self.shape
        if not shape.ask or not self.key:
            return {}
        asked = [{**self.item(item), **self.asked} for item in items or (0,)]
        return {self.key: {"{}": {}, "[]": [], "one": asked[0], "each": asked}[shape.ask]}

    def item(self, item: int | str) -> Params:
        """The fields that say which item is meant: a channel, or the id of something else."""
        keyed_by = self.shape.keyed_by
        if keyed_by != "subId":
            return {keyed_by: item} if keyed_by else {}
        return {"channel": item} if isinstance(item, int) else {"channel": 0, keyed_by: item}

    def command(self, item: Params, beside: Mapping[str, Any] = _NOTHING) -> Params:
        """The payload of the SET of one item, with the lasting fields that stand `beside` it."""
        return {**beside, self.key: [item] if self.set_many else item} if self.key else item


_PLAIN, _LIST = Shape(), Shape(many=True)
_CHANNEL, _CHANNELS = Shape(False, "channel", "one"), Shape(True, "channel", "each")
_BY_CHANNEL, _ALL_BY_CHANNEL = Shape(True, "channel"), Shape(True, "channel", "[]")
_SUBS, _SUBS_X = Shape(True, "id", "[]"), Shape(True, "subId", "each")

_A, _V, _MV, _W, _KWH = (
    Quantity("A", 1000),
    Quantity("V", 10),
    Quantity("V", 1000),
    Quantity("W", 1000),
    Quantity("kWh", 1000),
)
_C, _C10, _C100, _RH10 = Quantity("°C"), Quantity("°C", 10), Quantity("°C", 100), Quantity("%", 10)
_PERCENT, _S, _MIN, _MS, _MM = Quantity("%"), Quantity("s"), Quantity("min"), Quantity("ms"), Quantity("mm")
_LIGHT_UNITS = {"luminance": _PERCENT, "temperature": _PERCENT}
_BOUNDED10 = {"value": _C10, "min": _C10, "max": _C10, "currentTemp": _C10}
_UNCOUNTED: Mapping[str, Quantity] = {}
_DOOR_TIMES = {"signalDuration": _MS, "doorOpenDuration": _MS, "doorCloseDuration": _MS}


def _thermostat(name: str, key: str, units: Mapping[str, Quantity] = _UNCOUNTED) -> Namespace:
    return Namespace(f"Control.Thermostat.{name}", key, "GSP", _CHANNELS, units=units, set_many=True)


def _hub(name: str, key: str, verbs: str = "GSP", units: Mapping[str, Quantity] = _UNCOUNTED) -> Namespace:
    return Namespace(f"Hub.{name}", key, verbs, _SUBS, units=units, set_many=True)


_SYSTEM = (
    Namespace("Config.Key", "key", "S"),
    Namespace("Config.Trace", "trace", "G"),
    Namespace("Config.Wifi", "wifi", "S"),
    Namespace("Config.WifiList", "wifiList", "G", _LIST),
    Namespace("Config.WifiX", "wifi", "S"),
    Namespace("Config.Calibration", "config", "G"),
    Namespace("Config.DeviceCfg", "config", "GSP", _CHANNELS, set_many=True),
    Namespace("Config.Info", "info", "GQ"),
    Namespace("Config.Matter", "config", "G"),
    Namespace("Config.NtpSite", "config", "GB"),
    Namespace("Config.OverTemp", "overTemp", "GS"),
    Namespace("Config.StandbyKiller", "config", "QS", _CHANNELS, units={"power": _W, "time": _S}, set_many=True),
    Namespace("Encrypt.ECDHE", "ecdhe", "S"),
    Namespace("Encrypt.Suite", "suite", "G"),
    Namespace("Mcu.Firmware", "firmware", "G"),
    Namespace("Mcu.Upgrade", "upgrade", "S"),
    Namespace("Mcu.Hp110.Favorite", "favorite", "G"),
    Namespace("Mcu.Hp110.Firmware", "firmware", "G"),
    Namespace("Mcu.Hp110.Lock", "lock", "G"),
    Namespace("Mcu.Hp110.Preview", "preview", "S"),
    Namespace("System.Ability", "ability", "G"),
    Namespace("System.All", "all", "G"),
    Namespace("System.Clock", "clock", "P"),
    Namespace("System.DNDMode", "DNDMode", "GS"),
    Namespace("System.Debug", "debug", "G"),
    Namespace("System.Factory", "factory", "GS"),
    Namespace("System.Firmware", "firmware", "G", digest="system.firmware"),
    Namespace("System.Hardware", "hardware", "G", digest="system.hardware"),
    Namespace("System.LedMode", "LedMode", "GS"),
    Namespace("System.Log", "log", "G"),
    Namespace("System.Online", "online", "GP", digest="system.online"),
    Namespace("System.Position", "position", "GS"),
    Namespace("System.Report", "report", "P", _LIST),
    Namespace("System.Runtime", "runtime", "G", units={"signal": _PERCENT}),
    Namespace("System.Time", "time", "GSP", digest="system.time"),
    Namespace("Control.Bind", "bind", "PB"),
    Namespace("Control.ChangeWiFi", "wifi", "S"),
    Namespace("Control.CloudEvent", "event", "P"),
    Namespace("Control.McuUpgrade", "upgrade", "S"),
    Namespace("Control.Multiple", "multiple", "S", _LIST, set_many=True),
    Namespace("Control.Unbind", "", "QP"),
    Namespace("Control.Upgrade", "upgrade", "SP", pushed="upgradeInfo"),
    Namespace("Control.Weather", "weather", "S"),
)

_CONTROL = (
    Namespace("Control.Toggle", "toggle", "GSP", digest="control.toggle"),
    Namespace("Control.ToggleX", "togglex", "GSP", Shape(True, "channel", "one"), "digest.togglex"),
    Namespace("Control.Electricity", "electricity", "GP", _CHANNEL, units={"current": _A, "voltage": _V, "power": _W}),
    Namespace(
        "Control.ElectricityX",
        "electricity",
        "GP",
        _CHANNELS,
        units={"current": _A, "voltage": _MV, "power": _W, "mConsume": _KWH},
    ),
    Namespace("Control.Consumption", "consumption", "G", _LIST, units={"value": _KWH}),
    Namespace("Control.ConsumptionX", "consumptionx", "GP", _LIST, units={"value": _KWH}),
    Namespace("Control.ConsumptionH", "consumptionH", "G", _CHANNELS, units={"total": _KWH, "data.value": _KWH}),
    Namespace("Control.ConsumptionConfig", "config", "GP"),
    Namespace("Control.CircuitFactor", "circuitFactor", "G", _CHANNELS),
    Namespace("Control.Light", "light", "GSP", Shape(False, "channel"), "digest.light", _LIGHT_UNITS),
    Namespace("Control.Light.Effect", "effect", "GS", Shape(True, "Id", "[]"), set_many=True, lasting=("effectName",)),
    Namespace("Control.Light.Favorite", "favorite", "G", Shape(True, "", "[]")),
    Namespace("Control.Spray", "spray", "GSP", Shape(False, "channel"), "digest.spray"),
    Namespace(
        "Control.Diffuser.Light",
        "light",
        "GSP",
        _BY_CHANNEL,
        "digest.diffuser.light",
        _LIGHT_UNITS,
        True,
        lasting=("type",),
        beside=("type",),
    ),
    Namespace(
        "Control.Diffuser.Spray",
        "spray",
        "GSP",
        _BY_CHANNEL,
        "digest.diffuser.spray",
        set_many=True,
        lasting=("type",),
        beside=("type",),
    ),
    Namespace("Control.Diffuser.Sensor", "", "GP", units={"humidity.value": _RH10, "temperature.value": _C10}),
    Namespace("Control.Fan", "fan", "GSP", _ALL_BY_CHANNEL, "digest.fan", set_many=True, lasting=("maxSpeed",)),
    Namespace("Control.Fan.BtnConfig", "config", "Q", _CHANNELS),
    Namespace("Control.Fan.Config", "config", "GS", _CHANNELS, set_many=True),
    Namespace("Control.FilterMaintenance", "filter", "QP", _CHANNELS, units={"life": _PERCENT}),
    Namespace("Control.PhysicalLock", "lock", "SQP", _CHANNELS, set_many=True),
    Namespace("Control.ChildLock", "lock", "SQP", _CHANNELS, set_many=True),
    Namespace("Control.Beep", "beep", "GS", _CHANNELS, set_many=True),
    Namespace("Control.PowerRetention", "powerRetention", "G", _ALL_BY_CHANNEL),
    Namespace("Control.Mp3", "mp3", "GSP", Shape(False, "channel")),
    Namespace("Control.OverTemp", "overTemp", "GPB", _BY_CHANNEL),
    Namespace("Control.AlertConfig", "config", "QGS", _CHANNELS, set_many=True),
    Namespace("Control.AlertReport", "report", "QGP", _CHANNELS),
    Namespace("Control.TempUnit", "tempUnit", "GS", _CHANNELS, set_many=True),
    Namespace(
        "Control.Screen.Brightness",
        "brightness",
        "GSP",
        _CHANNELS,
        units={"operation": _PERCENT, "standby": _PERCENT},
        set_many=True,
    ),
    Namespace("Control.Alarm", "alarm", "GSP", _CHANNELS, set_many=True),
    Namespace("Config.Alarm", "config", "S", _CHANNELS, units={"volume": _PERCENT}, set_many=True),
    Namespace("Control.Timer", "timer", "GS", _LIST, "control.timer", set_many=True),
    Namespace("Control.TimerX", "timerx", "GSD", Shape(False, "id")),
    Namespace("Control.Trigger", "trigger", "GS", _LIST, "control.trigger", set_many=True),
    Namespace("Control.TriggerX", "triggerx", "GSD", Shape(False, "id")),
    Namespace("Digest.TimerX", "digest", "G", _LIST, "digest.timerx"),
    Namespace("Digest.TriggerX", "digest", "G", _LIST, "digest.triggerx"),
    Namespace("GarageDoor.State", "state", "GSP", Shape(True, "channel", "{}"), "digest.garageDoor"),
    Namespace("GarageDoor.Config", "config", "GS", units=_DOOR_TIMES),
    Namespace(
        "GarageDoor.MultipleConfig",
        "config",
        "GS",
        _ALL_BY_CHANNEL,
        units={"signalOpen": _MS, "signalClose": _MS, **_DOOR_TIMES},
        set_many=True,
    ),
    Namespace("RollerShutter.Position", "position", "GSP", _ALL_BY_CHANNEL, units={"position": _PERCENT}),
    Namespace("RollerShutter.State", "state", "GP", _ALL_BY_CHANNEL),
    Namespace("RollerShutter.Config", "config", "GS", _ALL_BY_CHANNEL, units={"signalOpen": _MS, "signalClose": _MS}),
    Namespace("RollerShutter.Adjust", "adjust", "QS", _ALL_BY_CHANNEL),
)

_THERMOSTATS = (
    Namespace(
        "Control.Thermostat.Mode",
        "mode",
        "GSP",
        _CHANNELS,
        "digest.thermostat.mode",
        dict.fromkeys(
            ("currentTemp", "targetTemp", "heatTemp", "coolTemp", "ecoTemp", "manualTemp", "min", "max"), _C10
        ),
        True,
        lasting=("min", "max"),
    ),
    Namespace(
        "Control.Thermostat.ModeB",
        "modeB",
        "GSP",
        _CHANNELS,
        "digest.thermostat.modeB",
        {"currentTemp": _C100, "targetTemp": _C100},
        True,
    ),
    Namespace(
        "Control.Thermostat.ModeC",
        "control",
        "GSP",
        _CHANNELS,
        units={
            **dict.fromkeys(("currentTemp", "sensorTemp", "targetTemp.heat", "targetTemp.cold"), _C100),
            "more.humi": _RH10,
            "fan.hTime": _MIN,
        },
        set_many=True,
    ),
    Namespace(
        "Control.Thermostat.SummerMode", "summerMode", "GSP", _CHANNELS, "digest.thermostat.summerMode", {}, True
    ),
    Namespace(
        "Control.Thermostat.WindowOpened", "windowOpened", "GSP", _CHANNELS, "digest.thermostat.windowOpened", {}, True
    ),
    _thermostat("Alarm", "alarm"),
    _thermostat("AlarmConfig", "alarmConfig"),
    _thermostat("Calibration", "calibration", _BOUNDED10),
    _thermostat("CompressorDelay", "delay", {"value": _MIN}),
    _thermostat("CtlRange", "ctlRange", dict.fromkeys(("ctlMin", "ctlMax", "min", "max"), _C100)),
    _thermostat("DeadZone", "deadZone", _BOUNDED10),
    _thermostat("Frost", "frost", _BOUNDED10),
    _thermostat("HoldAction", "holdAction", {"time": _MIN}),
    _thermostat("Overheat", "overheat", _BOUNDED10),
    _thermostat("Schedule", "schedule"),
    _thermostat("ScheduleB", "scheduleB"),
    _thermostat("Sensor", "sensor"),
    _thermostat("System", "control"),
    _thermostat("Timer", "timer"),
)

_HUBS = (
    Namespace(
        "Digest.Hub",
        "hub",
        "G",
        Shape(True, "id"),
        "digest.hub",
        {
            "ms100.latestTemperature": _C10,
            "ms100.latestHumidity": _RH10,
            "tempHumi.temp": _C100,
            "tempHumi.humi": _RH10,
            "mts150.currentSet": _C10,
        },
        inside="subdevice",
    ),
    Namespace("Hub.SubdeviceList", "subdeviceList", "P", Shape(True, "id"), inside="subdevice"),
    Namespace("Hub.PairSubDev", "", "S"),
    Namespace("Hub.ExtraInfo", "extraInfo", "G"),
    _hub("Battery", "battery", "GP", {"value": _PERCENT}),
    _hub("Bind", "bind", "P"),
    _hub("Exception", "exception", "P"),
    _hub("Online", "online", "GP"),
    _hub("Report", "report", "P"),
    _hub("Sensitivity", "sensitivity"),
    _hub("ToggleX", "togglex"),
    _hub("Unbind", "bind", "P"),
    _hub("SubDevice.Beep", "alarm", "GS"),
    _hub("SubDevice.MotorAdjust", "adjust", "GS"),
    _hub("SubDevice.Version", "version", "G"),
    _hub("Mts100.Adjust", "adjust", "GS", {"temperature": _C100}),
    _hub("Mts100.All", "all", "G", {f"temperature.{name}": _C10 for name in ("room", "currentSet", "min", "max")}),
    _hub("Mts100.Config", "config", "GS"),
    _hub("Mts100.Mode", "mode"),
    _hub("Mts100.Schedule", "schedule", "GS"),
    _hub("Mts100.ScheduleB", "schedule", "GS"),
    _hub("Mts100.SuperCtl", "superCtl", "GS"),
    _hub(
        "Mts100.Temperature",
        "temperature",
        "GSP",
        dict.fromkeys(("room", "currentSet", "custom", "comfort", "economy", "away", "min", "max"), _C10),
    ),
    _hub("Mts100.TimeSync", "timeSync", "GS"),
    _hub("Sensor.Adjust", "adjust", "GS", {"temperature": _C10, "humidity": _RH10}),
    _hub("Sensor.Alert", "alert"),
    _hub("Sensor.All", "all", "G", {"temperature.latest": _C10, "humidity.latest": _RH10}),
    _hub("Sensor.DoorWindow", "doorWindow", "GP"),
    _hub("Sensor.Latest", "latest", "GP", {"temperature.sample": _C10, "humidity.sample": _RH10}),
    _hub("Sensor.Motion", "motion", "GP"),
    _hub("Sensor.Smoke", "smokeAlarm", "GP"),
    _hub("Sensor.TempHum", "tempHum", "GP", {"latestTemperature": _C10, "latestHumidity": _RH10, "voltage": _MV}),
    _hub("Sensor.WaterLeak", "waterLeak", "GP"),
    Namespace("Config.Sensor.Association", "config", "GS", _CHANNELS, set_many=True),
    Namespace(
        "Control.Presence.Config",
        "config",
        "GS",
        _CHANNELS,
        units={"noBodyTime.time": _S, "distance.value": _MM},
        set_many=True,
    ),
    Namespace("Control.Presence.Study", "study", "QS", _CHANNELS, set_many=True),
    Namespace("Control.Sensor.Association", "control", "GS", _CHANNELS, set_many=True),
    Namespace("Control.Sensor.History", "history", "GP", _CHANNELS),
    Namespace("Control.Sensor.HistoryX", "history", "GP", _SUBS_X),
    Namespace("Control.Sensor.Latest", "latest", "GP", _CHANNELS, units={"value.0.temp": _C10, "value.0.humi": _RH10}),
    Namespace(
        "Control.Sensor.LatestX",
        "latest",
        "GP",
        _SUBS_X,
        units={
            "data.temp.0.value": _C100,
            "data.humi.0.value": _RH10,
            "data.presence.0.distance": _MM,
            "data.light.0.value": Quantity("lx"),
        },
        asked={"data": ["presence", "light", "temp", "humi"]},
    ),
    Namespace("Control.Smoke.Config", "config", "GS", _CHANNELS, set_many=True),
)

ROWS = (*_SYSTEM, *_CONTROL, *_THERMOSTATS, *_HUBS)
