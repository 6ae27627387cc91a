"""Real shapes of Ability, System.All and more, and what becomes of them; a file for each model in `golden`.

`python -m tests.families.meross.goldens` writes the outcome anew; the difference wants to be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from homeward.families.meross import notes, wire
from homeward.families.meross.knowledge import Knowledge
from homeward.families.meross.wire import Params
from homeward.testing.home import FakeHome
from tests.families.meross.vectors import UUID

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))
_NOW = 1_700_000_000.0


def outcome(document: Params) -> Params:
    """What a device that tells this shows in the end: channels, sub-devices, entities, values; and what was odd."""
    home = FakeHome()
    knowledge = Knowledge(home, UUID)
    told = [("System.Ability", {"ability": document["ability"]}), ("System.All", {"all": document["all"]})]
    told += [(message["namespace"], message["payload"]) for message in document["told"]]
    values: dict[str, Any] = {}
    odd = []
    for namespace, payload in told:
        heard = knowledge.hear(_message(namespace, payload), _NOW, adopted=True)
        if heard and heard.seen:
            home.see("meross", heard.seen)
        values |= (heard and heard.values) or {}
        odd += [note.detail.removeprefix(f"{UUID}: Appliance.") for note in heard.notes] if heard else []
    native = home.known[UUID].native
    assert knowledge.layout
    return {
        "channels": notes.channels(native),
        "subdevices": native.get("subdevices", {}),
        "entities": msgspec.json.decode(msgspec.json.encode(knowledge.layout.entities)),
        "values": values,
        "odd": sorted(set(odd)),
        "asks": [name.removeprefix("Appliance.") for name in knowledge.layout.asks],
    }


def _message(namespace: str, payload: Params) -> wire.Message:
    data = wire.encode(
        "PUSH", f"Appliance.{namespace}", payload, message_id="1", key="", source="", timestamp=int(_NOW)
    )
    return wire.decode(data)


if __name__ == "__main__":
    for path in FILES:
        document = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**document, "outcome": outcome(document)}, indent=1, ensure_ascii=False) + "\n")
