import re

from homeward.families import discover


def test_our_families_come_in_by_the_door_that_others_use() -> None:
    found = discover()
    assert "meross" in found
    for name, family in found.items():
        assert family.name == name
        assert re.fullmatch("[a-z][a-z0-9]*", name)
        assert family.title
