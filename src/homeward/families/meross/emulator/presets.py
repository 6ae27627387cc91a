"""The generations of the mss310, as captures of real ones have them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from homeward.families.meross.wire import Params

_BASE = """Config.Key Config.WifiList Config.Wifi Config.Trace System.All System.Hardware System.Firmware System.Debug
System.Online System.Time System.Clock System.Ability System.Runtime System.Report System.Position System.DNDMode
Control.Bind Control.Unbind Control.ConsumptionX Control.Electricity"""
_SECOND = f"""{_BASE} Control.Multiple Control.ToggleX Control.TimerX Control.TriggerX Control.ConsumptionConfig
Digest.TimerX Digest.TriggerX"""


class Generation(msgspec.Struct, frozen=True):
    """What is on the label, and how it behaves at boot."""

    hardware: str
    sub_type: str
    chip: str
    firmware: str
    compiled: str
    names: str
    options: Mapping[str, Params] = {}
    keep_alive: int = 30
    binds_with: str = "PUSH"
    """PUSH tells the cloud; SET wants to be acknowledged before the boot goes on."""

    @property
    def abilities(self) -> Mapping[str, Params]:
        """Namespaces it has, with their options."""
        return {f"Appliance.{name}": self.options.get(name, {}) for name in self.names.split()}

    @property
    def toggle_x(self) -> bool:
        """Whether it speaks ToggleX and keeps a `digest`; firmware 1.x has Toggle and `control`."""
        return "Control.ToggleX" in self.names


_OPTIONS: Mapping[str, Params] = {"Control.Multiple": {"maxCmdNum": 5}, "Control.TimerX": {"sunOffsetSupport": 1}}

GENERATIONS: Mapping[str, Generation] = {
    "1": Generation(
        "1.0.0",
        "us",
        "MT7688",
        "1.1.18",
        "2018-12-03 11:15:36",
        f"{_BASE} Control.Toggle Control.Timer Control.Trigger",
        {"Control.Timer": {"sunOffsetSupport": 1}},
    ),
    "2": Generation("2.0.0", "us", "MT7682", "2.1.17", "2020-12-09 10:04:26", _SECOND, _OPTIONS),
    "6": Generation(
        "6.0.0", "eu", "rtl8710cf", "6.1.8", "2021-01-25 17:23:10", _SECOND, _OPTIONS, keep_alive=120, binds_with="SET"
    ),
}
