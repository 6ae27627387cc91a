"""What thermostats, hubs' sub-devices and sensors show and can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homeward.families.meross import codecs
from homeward.families.meross.codecs import choice, flag, flags, number
from homeward.families.meross.trait import Trait, ability, amount, at, binary, degrees, select, sensor, switch
from homeward.model import Entity, Platform

VALVE, CLIMATE, CLIMATE_X, DOOR, LEAK, SMOKE, MOTION = (
    "valve",
    "climate",
    "climate_x",
    "door",
    "leak",
    "smoke",
    "motion",
)
_ANY = (VALVE, CLIMATE, CLIMATE_X, DOOR, LEAK, SMOKE, MOTION, "")

KINDS: Mapping[str, str] = {
    "mts100": VALVE,
    "mts100v3": VALVE,
    "mts150": VALVE,
    "mts150p": VALVE,
    "ms100": CLIMATE,
    "ms100f": CLIMATE,
    "ms130": CLIMATE_X,
    "ms200": DOOR,
    "ms400": LEAK,
    "gs559a": SMOKE,
    "ma151": SMOKE,
    "ms120": MOTION,
}
"""What a sub-device is, by its type."""

WORDS: Mapping[str, str] = {
    **{kind: kind for kind in KINDS},
    "doorWindow": "ms200",
    "motion": "ms120",
    "smokeAlarm": "ma151",
    "tempHumi": "ms130",
    "waterLeak": "ms400",
}
"""The type of a sub-device by the word that stands for it in System.All and Hub.Sensor.All."""

TYPES: Mapping[str, str] = {
    ability("Hub.Mts100.All"): "mts100",
    ability("Hub.Mts100.Mode"): "mts100",
    ability("Hub.Mts100.Temperature"): "mts100",
    ability("Hub.Sensor.DoorWindow"): "ms200",
    ability("Hub.Sensor.Motion"): "ms120",
    ability("Hub.Sensor.Smoke"): "ma151",
    ability("Hub.Sensor.TempHum"): "ms100",
    ability("Hub.Sensor.WaterLeak"): "ms400",
    ability("Control.Sensor.LatestX"): "ms130",
}
"""What a sub-device must be that is spoken of there, while its type was not told."""


def _climate(*options: str) -> Entity:
    return Entity("climate", Platform.CLIMATE, "Thermostat", options=options, writable=True)


_NOW = sensor("climate_current_temperature", "Current temperature", "temperature", "°C", of="climate")
_TARGET = degrees("climate_temperature", "Target temperature", of="climate")
_LOW = degrees("climate_target_temp_low", "Heat to", of="climate")
_HIGH = degrees("climate_target_temp_high", "Cool to", of="climate")
_ACTION = sensor(
    "climate_hvac_action", "Action", "enum", of="climate", options=("off", "idle", "heating", "cooling", "fan")
)
_LIGHT = sensor("illuminance", "Illuminance", "illuminance", "lx")
_OFF_HEAT = {0: "off", 1: "heat"}
_HEATING = choice({0: "idle", 1: "heating"})


def _presets(words: Mapping[int, str]) -> Entity:
    return select("climate_preset_mode", "Preset", words, of="climate")


_MODE, _MODE_B, _MODE_C = (f"Control.Thermostat.{name}" for name in ("Mode", "ModeB", "ModeC"))
_MODES = {0: "heat", 1: "cool", 2: "eco", 3: "auto", 4: "manual"}
_MODES_B = {1: "manual", 2: "schedule", 3: "timer"}
_MODES_C = {0: "off", 1: "heat", 2: "cool", 3: "heat_cool"}
_WORKS_C = {1: "manual", 2: "schedule"}
_WORKING_B = {"off": {"onoff": 2}, "heat": {"onoff": 1, "working": 1}, "cool": {"onoff": 1, "working": 2}}
_ACTION_B = {
    "off": {"state": 3},
    "idle": {"state": 2},
    "heating": {"state": 1, "working": 1},
    "cooling": {"state": 1, "working": 2},
}
_SEASONS = {1: "heat", 2: "cool"}
_HOLDS = {0: "permanent", 1: "until_next", 2: "timed"}
_SENSORS = {0: "internal", 1: "external"}
_FAN = {0: "auto", 1: "on"}

WALL = (
    Trait(_climate("off", "heat"), (at(_MODE, "onoff", choice(_OFF_HEAT)),)),
    Trait(_NOW, (at(_MODE, "currentTemp"),)),
    Trait(_TARGET, (at(_MODE, "targetTemp", into="manualTemp"),), also={"mode": 4}),
    Trait(_presets(_MODES), (at(_MODE, "mode", choice(_MODES)),)),
    Trait(_ACTION, (at(_MODE, "state", _HEATING),)),
    Trait(_climate(*_WORKING_B), (at(_MODE_B, "", codecs.words(_WORKING_B)),)),
    Trait(_NOW, (at(_MODE_B, "currentTemp"),)),
    Trait(_TARGET, (at(_MODE_B, "targetTemp"),), also={"mode": 1}),
    Trait(_presets(_MODES_B), (at(_MODE_B, "mode", choice(_MODES_B)),)),
    Trait(_ACTION, (at(_MODE_B, "", codecs.words(_ACTION_B)),)),
    Trait(
        binary("sensor_problem", "Sensor", "problem", category="diagnostic"), (at(_MODE_B, "sensorStatus", flag(2)),)
    ),
    Trait(_climate(*_MODES_C.values()), (at(_MODE_C, "mode", choice(_MODES_C)),)),
    Trait(_NOW, (at(_MODE_C, "currentTemp"),)),
    Trait(_LOW, (at(_MODE_C, "targetTemp.heat"),)),
    Trait(_HIGH, (at(_MODE_C, "targetTemp.cold"),)),
    Trait(_presets(_WORKS_C), (at(_MODE_C, "work", choice(_WORKS_C)),)),
    Trait(select("climate_fan_mode", "Fan", _FAN, of="climate"), (at(_MODE_C, "fan.fMode", choice(_FAN)),)),
    Trait(amount("fan_speed", "Fan speed", 0, 3, step=1), (at(_MODE_C, "fan.speed"),)),
    Trait(sensor("humidity", "Humidity", "humidity", "%"), (at(_MODE_C, "more.humi"),)),
    Trait(_ACTION, (at(_MODE_C, "more", codecs.mts300_action()),)),
    Trait(
        select("season", "Heat or cool", _SEASONS, category="config"),
        (at("Control.Thermostat.SummerMode", "mode", choice(_SEASONS)),),
    ),
    Trait(binary("window", "Window", "window"), (at("Control.Thermostat.WindowOpened", "status", flag()),)),
    Trait(
        binary("floor_overheat", "Floor overheated", "heat", category="diagnostic"),
        (at("Control.Thermostat.Overheat", "warning", flag()),),
    ),
    Trait(
        switch("window_detection", "Window detection"),
        (at("Control.Thermostat.WindowOpened", "detect", flag()),),
    ),
    Trait(
        select("hold", "Hold", _HOLDS, category="config"),
        (at("Control.Thermostat.HoldAction", "mode", choice(_HOLDS)),),
    ),
    Trait(
        select("sensor", "Sensor", _SENSORS, category="config"),
        (at("Control.Thermostat.Sensor", "mode", choice(_SENSORS)),),
    ),
    Trait(
        switch("compressor_delay", "Compressor delay"),
        (at("Control.Thermostat.CompressorDelay", "enable", flag(1, 2)),),
    ),
    Trait(
        amount("compressor_delay_time", "Compressor delay", 0, 60, "min", category="config"),
        (at("Control.Thermostat.CompressorDelay", "value"),),
    ),
)


def _bounded(parts: int, beside: str = "", without: str = "") -> Iterator[Trait]:
    """The same namespaces on thermostats that count tenths and on those that count hundredths."""
    counted = number(parts)
    for word, low, high in (("Calibration", -8, 8), ("DeadZone", 0.5, 3.5), ("Frost", 5, 15), ("Overheat", 20, 70)):
        name, key = f"Control.Thermostat.{word}", _KEYS[word]
        entity = degrees(key, key.replace("_", " ").capitalize(), low, high, category="config")
        yield Trait(entity, (at(name, "value", counted),), beside, without)
    for key in ("frost", "overheat"):
        entity = switch(f"{key}_protection", f"{key.capitalize()} protection")
        yield Trait(entity, (at(f"Control.Thermostat.{key.capitalize()}", "onoff", flag()),), beside, without)
    floor = sensor("floor_temperature", "Floor temperature", "temperature", "°C")
    yield Trait(floor, (at("Control.Thermostat.Overheat", "currentTemp", counted),), beside, without)


_KEYS = {
    "Calibration": "calibration",
    "DeadZone": "dead_zone",
    "Frost": "frost_temperature",
    "Overheat": "overheat_temperature",
}
BOUNDED = (*_bounded(10, without=ability(_MODE_B)), *_bounded(100, beside=ability(_MODE_B)))

_STATES = {0: "custom", 1: "comfort", 2: "economy", 3: "auto", 4: "away"}
_ALL, _SENSED, _DIGEST = "Hub.Mts100.All", "Hub.Sensor.All", "Digest.Hub"
_TEMPERATURE = "Hub.Mts100.Temperature"

SUBDEVICES = (
    Trait(
        binary("online", "Connection", "connectivity", category="diagnostic"),
        (
            at("Hub.Online", "status", flag()),
            at(_DIGEST, "status", flag()),
            at(_ALL, "online.status", flag()),
            at(_SENSED, "online.status", flag()),
            at("Hub.SubdeviceList", "status", flag()),
        ),
        kinds=_ANY,
    ),
    Trait(
        sensor("battery", "Battery", "battery", "%", category="diagnostic"), (at("Hub.Battery", "value"),), kinds=_ANY
    ),
    Trait(
        _climate("off", "heat"),
        (
            at("Hub.ToggleX", "onoff", choice(_OFF_HEAT)),
            at(_ALL, "togglex.onoff", choice(_OFF_HEAT)),
            at(_DIGEST, "onoff", choice(_OFF_HEAT)),
        ),
        kinds=(VALVE,),
    ),
    Trait(_NOW, (at(_TEMPERATURE, "room"), at(_ALL, "temperature.room")), kinds=(VALVE,)),
    Trait(
        _TARGET,
        (
            at(_TEMPERATURE, "currentSet", into="custom"),
            at(_ALL, "temperature.currentSet"),
            at(_DIGEST, "mts150.currentSet"),
        ),
        kinds=(VALVE,),
    ),
    Trait(
        _presets(_STATES),
        (
            at("Hub.Mts100.Mode", "state", choice(_STATES)),
            at(_ALL, "mode.state", choice(_STATES)),
            *(at(_DIGEST, f"{word}.mode", choice(_STATES)) for word in ("mts100", "mts100v3", "mts150")),
        ),
        kinds=(VALVE,),
    ),
    Trait(_ACTION, (at(_TEMPERATURE, "heating", _HEATING), at(_ALL, "temperature.heating", _HEATING)), kinds=(VALVE,)),
    Trait(
        binary("window", "Window", "window"),
        (at(_TEMPERATURE, "openWindow", flag()), at(_ALL, "temperature.openWindow", flag())),
        kinds=(VALVE,),
    ),
    *(
        Trait(
            degrees(f"{word}_temperature", f"{word.capitalize()} temperature", category="config"),
            (at(_TEMPERATURE, word), at(_ALL, f"temperature.{word}", number(10))),
            kinds=(VALVE,),
        )
        for word in ("comfort", "economy", "away")
    ),
    Trait(
        degrees("calibration", "Calibration", -5, 5, category="config"),
        (at("Hub.Mts100.Adjust", "temperature"),),
        kinds=(VALVE,),
    ),
    *(
        Trait(
            sensor(key, key.capitalize(), key, unit),
            (
                at("Hub.Sensor.TempHum", f"latest{key.capitalize()}"),
                at(_SENSED, f"{key}.latest"),
                at("Hub.Sensor.Latest", f"{key}.sample"),
                at(_DIGEST, f"ms100.latest{key.capitalize()}"),
            ),
            kinds=(CLIMATE,),
        )
        for key, unit in (("temperature", "°C"), ("humidity", "%"))
    ),
    *(
        Trait(
            sensor(key, key.capitalize(), key, unit),
            (at("Control.Sensor.LatestX", f"data.{word}.0.value"), at(_DIGEST, f"tempHumi.{word}")),
            kinds=(CLIMATE_X,),
        )
        for key, word, unit in (("temperature", "temp", "°C"), ("humidity", "humi", "%"))
    ),
    Trait(_LIGHT, (at("Control.Sensor.LatestX", "data.light.0.value"),), kinds=(CLIMATE_X,)),
    Trait(
        binary("opening", "Contact", "opening"),
        (
            at("Hub.Sensor.DoorWindow", "status", flag()),
            at(_SENSED, "doorWindow.status", flag()),
            at(_DIGEST, "doorWindow.status", flag()),
        ),
        kinds=(DOOR,),
    ),
    Trait(
        binary("moisture", "Water", "moisture"),
        (
            at("Hub.Sensor.WaterLeak", "latestWaterLeak", flag()),
            at(_SENSED, "waterLeak.latestWaterLeak", flag()),
            at(_DIGEST, "waterLeak.latestWaterLeak", flag()),
        ),
        kinds=(LEAK,),
    ),
    *(
        Trait(
            binary(key, name, kind, category=category),
            (
                at("Hub.Sensor.Smoke", "status", flags(*codes)),
                at(_SENSED, "smokeAlarm.status", flags(*codes)),
                at(_DIGEST, "smokeAlarm.status", flags(*codes)),
            ),
            kinds=(SMOKE,),
        )
        for key, name, kind, category, codes in (
            ("smoke", "Smoke", "smoke", None, range(24, 28)),
            ("problem", "Fault", "problem", "diagnostic", range(17, 23)),
        )
    ),
    Trait(binary("motion", "Motion", "motion"), (at("Hub.Sensor.Motion", "status", flag()),), kinds=(MOTION,)),
)

SENSORS = (
    Trait(
        Entity("pair", Platform.BUTTON, "Add a sub-device", category="config", writable=True),
        (at("Hub.PairSubDev", "", codecs.press()),),
    ),
    Trait(sensor("temperature", "Temperature", "temperature", "°C"), (at("Control.Sensor.Latest", "value.0.temp"),)),
    Trait(sensor("humidity", "Humidity", "humidity", "%"), (at("Control.Sensor.Latest", "value.0.humi"),)),
    Trait(
        binary("presence", "Presence", "occupancy"),
        (at("Control.Sensor.LatestX", "data.presence.0.value", flag(2)),),
        beside=ability("Control.Presence.Config"),
    ),
    Trait(
        sensor("distance", "Distance", "distance", "mm"),
        (at("Control.Sensor.LatestX", "data.presence.0.distance", number()),),
        beside=ability("Control.Presence.Config"),
    ),
    Trait(
        _LIGHT,
        (at("Control.Sensor.LatestX", "data.light.0.value"),),
        beside=ability("Control.Presence.Config"),
    ),
    Trait(
        amount("no_body_time", "Time until nobody is there", 0, 3_600, "s", category="config"),
        (at("Control.Presence.Config", "noBodyTime.time"),),
    ),
    Trait(
        amount("detection_distance", "Detection distance", 0, 12_000, "mm", category="config"),
        (at("Control.Presence.Config", "distance.value"),),
    ),
    Trait(
        amount("sensitivity", "Sensitivity", 0, 10, category="config", step=1),
        (at("Control.Presence.Config", "sensitivity.level"),),
    ),
)
