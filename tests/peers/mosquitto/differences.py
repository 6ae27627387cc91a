"""What is known of the two brokers' differences, and the page about it.

python -m tests.peers.mosquitto.differences    writes `docs/mqtt/mosquitto.md` anew
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.peers.mosquitto.catalogue import QUICK, SLOW

VERSION = "2.0.11"
"""Of Debian 12's Mosquitto, whose answers these are."""
PAGE = Path(__file__).parents[3] / "docs" / "mqtt" / "mosquitto.md"
_DATA = Path(__file__).with_suffix(".toml")


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something the two do in different ways. `clauses` are of the OASIS standard MQTT 3.1.1, after `5:` of MQTT 5."""

    mosquitto: str
    homeward: str
    clauses: str
    right: str
    scripts: dict[str, str]
    """The lines that differ, by `NAME [LEVEL, …]` of a script."""

    def cases(self) -> Iterator[tuple[str, int, list[str]]]:
        """A script's name, a protocol level, and the lines that differ there."""
        for key, lines in self.scripts.items():
            found = re.fullmatch(r"(.*) \[([345, ]+)\]", key)
            assert found, key
            for level in found[2].split(", "):
                yield found[1], int(level), lines.split("\n")


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    difference: tuple[Difference, ...]


DIFFERENCES = msgspec.convert(tomllib.loads(_DATA.read_text("utf-8")), _Data).difference
_NAMES = {3: "3.1", 4: "3.1.1", 5: "5"}
_HEAD = """\
# Beside Mosquitto

The same packets are sent to Mosquitto {version} (Debian 12) and to Homeward's broker, over sockets, and what their
clients are answered is compared packet by packet: {scripts} scripts, {runs} runs at the protocol versions 3.1, 3.1.1
and 5, of which {different} differ somewhere. Two things are left out because the standard leaves them to the server:
the numbers of its packet identifiers, and in MQTT 5 its reason strings, its limits in CONNACK and the client ids it
assigns. Where a script says nothing else, a QoS 2 message is released at once.

Every difference is below; a test fails when another appears, and when one of these is gone. Section numbers are those
of the OASIS standard MQTT 3.1.1, those after `5:` of MQTT 5.

The scripts are in `tests/peers/mosquitto/`, the lines that differ in `differences.toml` there. This page is written by
`python -m tests.peers.mosquitto.differences`.

| Mosquitto {version} | Homeward | Clauses | Who is right | Scripts |
| --- | --- | --- | --- | --- |
"""


def explained() -> dict[str, dict[int, list[str]]]:
    """The lines that differ, by script and protocol level."""
    known: dict[str, dict[int, list[str]]] = {}
    for difference in DIFFERENCES:
        for name, level, lines in difference.cases():
            known.setdefault(name, {})[level] = lines
    return known


def page() -> str:
    """The whole page."""
    scripts = QUICK + SLOW
    head = _HEAD.format(
        version=VERSION,
        scripts=len(scripts),
        runs=sum(len(script.levels) for script in scripts),
        different=sum(map(len, explained().values())),
    )
    return head + "".join(map(_row, DIFFERENCES))


def _row(difference: Difference) -> str:
    levels: dict[str, list[str]] = {}
    for name, level, _ in difference.cases():
        levels.setdefault(name, []).append(_NAMES[level])
    scripts = "<br>".join(f"{name} ({', '.join(spoken)})" for name, spoken in levels.items())
    cells = (difference.mosquitto, difference.homeward, difference.clauses, difference.right, scripts)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
