from __future__ import annotations

import msgspec

from tests.hub.house import House


def test_a_view_says_how_every_entity_stands_told_or_not() -> None:
    house = House()
    house.lamp(dimmable=True)
    house.report(on=True, unknown="not an entity")
    entities = msgspec.to_builtins(house.hub.device("lamp-aa01").entities)
    assert [(entity["key"], entity["value"], entity["at"]) for entity in entities] == [
        ("on", True, house.clock.now()),
        ("heat", None, None),
        ("dim", None, None),
    ]
    assert entities[2].items() >= {"platform": "number", "minimum": 1.0, "maximum": 100.0, "writable": True}.items()


def test_a_view_holds_no_notes_of_the_family_and_no_event_does() -> None:
    house = House()
    house.lamp(key="planted-secret")
    assert b"planted-secret" not in msgspec.json.encode(house.hub.snapshot())
    assert b"planted-secret" not in msgspec.json.encode(house.told)


def test_a_view_does_not_change_with_the_device() -> None:
    house = House()
    house.lamp()
    before = house.hub.device("lamp-aa01")
    house.report(on=True)
    house.hub.rename("lamp-aa01", "Porch")
    assert (before.name, before.entities[0].value) == ("L1 aa01", None)
