"""Which normative statements of the standards a test proves.

@clause("MQTT-3.12.4-1")
def test_a_ping_is_answered() -> None: ...

The numbers are those of the version whose folder the test is in (`v311`, `v5`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_Test = TypeVar("_Test", bound=Callable[..., Any])


def clause(*numbers: str) -> Callable[[_Test], _Test]:
    """Says which statements a test proves, by their numbers without brackets."""

    def note(test: _Test) -> _Test:
        test.__dict__["clauses"] = numbers
        return test

    return note


def clauses_of(test: object) -> tuple[str, ...]:
    """The statements that a test proves."""
    return getattr(test, "clauses", ())
