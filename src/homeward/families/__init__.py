"""The families Homeward knows, its own and other people's: all come in by the entry point `homeward.families`."""

from __future__ import annotations

from importlib.metadata import entry_points

from homeward.families.base import Family


def discover() -> dict[str, type[Family]]:
    """Every installed family, by name."""
    found = (entry.load() for entry in entry_points(group="homeward.families"))
    return {family.name: family for family in found}
