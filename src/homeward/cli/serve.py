"""`homeward serve`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.cli.failure import Failure
from homeward.cli.place import data_directory
from homeward.cli.show import say

if TYPE_CHECKING:
    from homeward.house import House


@click.command("serve", short_help="Open the house: doors for devices, the API for people.")
@click.option("--config", metavar="FILE", type=click.Path(path_type=Path), help="A settings file (TOML).")
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help="Where the house keeps its data.")
@click.option("--advertise", metavar="HOST", help="The name or address at which devices reach this house.")
@click.option("--door", "doors", metavar="SPEC", multiple=True, help="A door to open (may be repeated).")
@click.option("--web", metavar="ADDR:PORT", help="Where the API listens.")
@click.option("--adopt-all", is_flag=True, default=None, help="Adopt every device that signs in; for labs.")
def command(
    config: Path | None,
    data: Path | None,
    advertise: str | None,
    doors: tuple[str, ...],
    web: str | None,
    adopt_all: bool | None,
) -> None:
    """Open the house, until it is interrupted.

    Doors are `[tcp:|udp:][HOST:]PORT[,tls=legacy]`. What is not given here is looked for in the environment
    (HOMEWARD__WEB=0.0.0.0:8080), then in the settings file, then among the defaults.
    """
    from homeward import house, log, settings
    from homeward.cli.loop import run
    from homeward.errors import HomewardError

    log.configure(as_json=not sys.stderr.isatty())
    try:
        chosen = settings.load(config, advertise=advertise, doors=doors or None, web=web, adopt_all=adopt_all)
        run(house.live(chosen, data or data_directory(), announce))
    except HomewardError as error:
        raise Failure(str(error), hint=error.hint) from error


def announce(house: House) -> None:
    """Say what is open, and what to do next."""
    say(f"Homeward is up. Devices reach it at {house.advertise}, doors {', '.join(house.doors)}.")
    say(f"API and pages: {house.web_url}")
    if link := house.setup_link:
        say(f"It has no owner yet. Set it up, once, at: {link}")
