"""All scripts, and what two brokers' answers to one differ in."""

from __future__ import annotations

from difflib import SequenceMatcher

from tests.peers.mosquitto import connecting, five, lasting, malformed, mixing, publishing, subscribing
from tests.peers.mosquitto.play import Transcript

QUICK = tuple(
    script
    for chapter in (connecting, publishing, lasting, subscribing, malformed, five, mixing)
    for script in chapter.SCRIPTS
)
SLOW = five.SLOW
"""Those that take seconds."""


def difference(theirs: Transcript, ours: Transcript) -> list[str]:
    """The lines that only Mosquitto's clients heard (`-`), and those that only ours did (`+`)."""
    return [f"{line[0]} {name} {line[1:]}" for name in theirs for line in _lines(theirs[name], ours[name])]


def _lines(theirs: list[str], ours: list[str]) -> list[str]:
    found = []
    for kind, start, end, our_start, our_end in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind != "equal":
            found += [f"-{line}" for line in theirs[start:end]] + [f"+{line}" for line in ours[our_start:our_end]]
    return found
