"""The shell: `homeward COMMAND`. A command's module is imported when the command is called, and not before."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "serve": "Open the house: doors for devices, the API for people.",
    "demo": "Serve a virtual home, to look around.",
    "emulate": "Be a device, or many.",
    "devices": "List the devices.",
    "device": "Show a device and its entities.",
    "adopt": "Take a pending device in.",
    "remove": "Forget a device.",
    "set": "Set an entity of a device.",
    "call": "Put a request of its own protocol to a device.",
    "watch": "Follow what happens, live.",
    "events": "List what has happened.",
    "handshakes": "List who called at which door, and how it went.",
    "provision": "Set a device up that is fresh from its box.",
    "move": "Tell a device over the LAN to call another cloud, or back.",
    "discover": "Find devices on the LAN.",
    "token": "Make, list and revoke tokens for the API.",
    "mqtt": "Say who may use the MQTT broker.",
    "account": "Make, change and list accounts for the vendors' apps.",
}
"""Every command and what it does. Its code is `command` in the module of that name."""


class Commands(click.Group):
    """The commands of the table, imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"homeward.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 unreachable, 5 not allowed.",
)
@click.version_option(package_name="homeward", message="%(version)s")
def main() -> None:
    """The cloud your smart-home devices call home to, in your own home."""
