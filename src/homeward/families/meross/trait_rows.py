"""What plugs, lights, humidifiers, fans, doors and shutters show and can be told, and what every device does."""

from __future__ import annotations

from homeward.families.meross import codecs
from homeward.families.meross.codecs import choice, flag, running, valid
from homeward.families.meross.trait import Trait, ability, amount, at, binary, percent, select, sensor, switch
from homeward.model import Entity, Platform

COLOUR, WHITE, BRIGHTNESS = 1, 2, 4
"""The bits of a light's capacity."""

_LIGHT, _EFFECTS = "Control.Light", "Control.Light.Effect"
_DIFFUSER, _SHUTTER, _DOOR = "Control.Diffuser.Light", "RollerShutter.Position", "GarageDoor.State"

_OUTLET = Entity("switch", Platform.SWITCH, "Switch", device_class="outlet", writable=True)
_POWER = sensor("power", "Power", "power", "W")
_VOLTAGE = sensor("voltage", "Voltage", "voltage", "V")
_CURRENT = sensor("current", "Current", "current", "A")
_TODAY = sensor("energy_today", "Energy today", "energy", "kWh", state_class="total_increasing")
_FACTOR = sensor("power_factor", "Power factor", "power_factor", state_class="measurement")
_COUNTED = sensor("energy", "Energy", "energy", "kWh", state_class="total")

_ON = Entity("light", Platform.LIGHT, "Light", writable=True)
_BRIGHT = percent("light_brightness", "Brightness", 1, of="light")
_RGB = Entity("light_rgb_color", Platform.TEXT, "Colour", writable=True, of="light")
_KELVIN = amount("light_color_temp", "White", codecs.WARMEST, codecs.COLDEST, "K", step=1, of="light")
_EFFECT = Entity("light_effect", Platform.SELECT, "Effect", writable=True, of="light")
_GLOWS = {0: "rotating", 1: "color", 2: "white"}

_SPRAY = Entity("spray", Platform.HUMIDIFIER, "Spray", "humidifier", writable=True)
_SPRAYS = {0: "off", 1: "continuous", 2: "intermittent"}
_DIFFUSES = {0: "eco", 1: "full", 2: "off"}

_MOVES = {0: "closed", 1: "open"}
_COVERED = ("open", "closed", "stop")

PLUGS = (
    Trait(_OUTLET, (at("Control.ToggleX", "onoff", flag()),), without=ability(_LIGHT)),
    Trait(_OUTLET, (at("Control.Toggle", "onoff", flag()),), around={"channel": 0}),
    Trait(_POWER, (at("Control.Electricity", "power"),)),
    Trait(_VOLTAGE, (at("Control.Electricity", "voltage"),)),
    Trait(_CURRENT, (at("Control.Electricity", "current"),)),
    Trait(_POWER, (at("Control.ElectricityX", "power"),)),
    Trait(_VOLTAGE, (at("Control.ElectricityX", "voltage"),)),
    Trait(_CURRENT, (at("Control.ElectricityX", "current"),)),
    Trait(_FACTOR, (at("Control.ElectricityX", "factor"),)),
    Trait(_COUNTED, (at("Control.ElectricityX", "mConsume"),)),
    Trait(_TODAY, (at("Control.ConsumptionX", "", codecs.days()),)),
    Trait(_TODAY, (at("Control.ConsumptionH", "data", codecs.hours()),), without=ability("Control.ConsumptionX")),
    Trait(switch("standby_killer", "Standby killer"), (at("Config.StandbyKiller", "enable", flag(1, 2)),)),
)

LIGHTS = (
    Trait(_ON, (at("Control.ToggleX", "onoff", flag()),), beside=ability(_LIGHT)),
    Trait(_ON, (at(_LIGHT, "onoff", flag()),), without=ability("Control.ToggleX")),
    Trait(_BRIGHT, (at(_LIGHT, "", valid("luminance", BRIGHTNESS, codecs.number())),), capacity=BRIGHTNESS),
    Trait(_RGB, (at(_LIGHT, "", valid("rgb", COLOUR, codecs.colour())),), capacity=COLOUR),
    Trait(_KELVIN, (at(_LIGHT, "", valid("temperature", WHITE, codecs.kelvin())),), capacity=WHITE),
    Trait(_EFFECT, (at(_EFFECTS, "", codecs.effect()),)),
    Trait(_ON, (at(_DIFFUSER, "onoff", flag()),)),
    Trait(_BRIGHT, (at(_DIFFUSER, "luminance"),)),
    Trait(_RGB, (at(_DIFFUSER, "rgb", codecs.colour()),)),
    Trait(select("light_effect", "Effect", _GLOWS, of="light"), (at(_DIFFUSER, "mode", choice(_GLOWS)),)),
)

AIR = (
    Trait(_SPRAY, (at("Control.Spray", "mode", running(1, 0)),)),
    Trait(select("spray_mode", "Spray mode", _SPRAYS, of="spray"), (at("Control.Spray", "mode", choice(_SPRAYS)),)),
    Trait(_SPRAY, (at("Control.Diffuser.Spray", "mode", running(0, 2)),)),
    Trait(
        select("spray_mode", "Spray mode", _DIFFUSES, of="spray"),
        (at("Control.Diffuser.Spray", "mode", choice(_DIFFUSES)),),
    ),
    Trait(
        sensor("temperature", "Temperature", "temperature", "°C"),
        (at("Control.Diffuser.Sensor", "temperature.value"),),
    ),
    Trait(sensor("humidity", "Humidity", "humidity", "%"), (at("Control.Diffuser.Sensor", "humidity.value"),)),
    Trait(Entity("fan", Platform.FAN, "Fan", writable=True), (at("Control.Fan", "speed", codecs.speed_is_on()),)),
    Trait(percent("fan_percentage", "Speed", of="fan"), (at("Control.Fan", "", codecs.speed()),)),
)

SOUND = (
    Trait(amount("song", "Song", 1, 11, step=1), (at("Control.Mp3", "song"),)),
    Trait(amount("volume", "Volume", 0, 16, step=1), (at("Control.Mp3", "volume"),)),
    Trait(switch("mute", "Mute", category=None), (at("Control.Mp3", "mute", flag()),)),
    Trait(switch("siren", "Siren", category=None), (at("Control.Alarm", "event.security.value", flag(1, 2)),)),
)

COVERS = (
    Trait(
        Entity("cover", Platform.COVER, "Door", "garage", options=_COVERED[:2], writable=True),
        (at(_DOOR, "open", choice(_MOVES)),),
    ),
    Trait(switch("buzzer", "Buzzer"), (at("GarageDoor.Config", "buzzerEnable", flag()),)),
    Trait(switch("buzzer", "Buzzer"), (at("GarageDoor.MultipleConfig", "buzzerEnable", flag()),)),
    Trait(switch("door_enabled", "Door in use"), (at("GarageDoor.MultipleConfig", "doorEnable", flag()),)),
    Trait(
        amount("signal_duration", "Signal length", 0, 60_000, "ms", category="config"),
        (at("GarageDoor.Config", "signalDuration", codecs.number()),),
    ),
    Trait(
        Entity("cover", Platform.COVER, "Shutter", "shutter", options=_COVERED, writable=True),
        (at(_SHUTTER, "position", codecs.shutter()), at("RollerShutter.State", "state", codecs.motion())),
    ),
    Trait(percent("cover_position", "Position", of="cover"), (at(_SHUTTER, "position", codecs.position()),)),
    Trait(
        amount("signal_open", "Time to open", 0, 300_000, "ms", category="config"),
        (at("RollerShutter.Config", "signalOpen", codecs.number()),),
    ),
    Trait(
        amount("signal_close", "Time to close", 0, 300_000, "ms", category="config"),
        (at("RollerShutter.Config", "signalClose", codecs.number()),),
    ),
)

EVERYWHERE = (
    Trait(
        sensor("signal", "Wi-Fi signal", None, "%", category="diagnostic"),
        (at("System.Runtime", "signal"),),
    ),
    Trait(switch("led", "Status LED"), (at("System.DNDMode", "mode", flag(0, 1)),)),
    Trait(
        Entity("firmware", Platform.UPDATE, "Firmware", "firmware", category="diagnostic"),
        (at("System.Firmware", "version", codecs.text()),),
        beside=ability("Control.Upgrade"),
    ),
    Trait(
        select("temperature_unit", "Temperature unit", {1: "°C", 2: "°F"}, category="config"),
        (at("Control.TempUnit", "tempUnit", choice({1: "°C", 2: "°F"})),),
    ),
    Trait(switch("child_lock", "Child lock"), (at("Control.PhysicalLock", "onoff", flag()),)),
    Trait(switch("child_lock", "Child lock"), (at("Control.ChildLock", "onoff", flag()),)),
    Trait(
        percent("screen_brightness", "Screen brightness", category="config"),
        (at("Control.Screen.Brightness", "operation"),),
    ),
    Trait(
        percent("screen_standby", "Screen brightness at rest", category="config"),
        (at("Control.Screen.Brightness", "standby"),),
    ),
    Trait(
        sensor("filter_life", "Filter life", None, "%", category="diagnostic"),
        (at("Control.FilterMaintenance", "life"),),
    ),
    Trait(binary("overheat", "Overheated", "heat", category="diagnostic"), (at("Control.OverTemp", "value", flag()),)),
)
