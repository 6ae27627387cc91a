"""Namespaces that are known, by what becomes of them. One that is not here is passed on and counted."""

from __future__ import annotations

ABILITY = "Appliance.System.Ability"
BIND = "Appliance.Control.Bind"
CLOCK = "Appliance.System.Clock"
CONSUMPTION_CONFIG = "Appliance.Control.ConsumptionConfig"
KEY = "Appliance.Config.Key"
ONLINE = "Appliance.System.Online"
REPORT = "Appliance.System.Report"
TIME = "Appliance.System.Time"
UNBIND = "Appliance.Control.Unbind"

_NAMES = """
Config.Info Config.Key Config.NtpSite Config.OverTemp Config.StandbyKiller Config.Trace Config.Wifi Config.WifiList
Config.WifiX Control.AlertReport Control.Bind Control.Consumption Control.ConsumptionConfig Control.ConsumptionH
Control.ConsumptionX Control.Electricity Control.Multiple Control.OverTemp Control.Timer Control.TimerX Control.Toggle
Control.ToggleX Control.Trigger Control.TriggerX Control.Unbind Control.Upgrade Digest.TimerX Digest.TriggerX
Encrypt.ECDHE Encrypt.Suite System.Ability System.All System.Clock System.DNDMode System.Debug System.Firmware
System.Hardware System.Online System.Position System.Report System.Runtime System.Time
"""

KNOWN = frozenset(f"Appliance.{name}" for name in _NAMES.split())
