from __future__ import annotations

import re

import pytest

from homeward.errors import InvalidValue
from homeward.hub.values import check
from homeward.model import Entity, Platform, Value

SWITCH = Entity("on", Platform.SWITCH, "On", writable=True)
MODE = Entity("mode", Platform.SELECT, "Mode", options=("eco", "boost"), writable=True)
LEVEL = Entity("level", Platform.NUMBER, "Level", unit="%", minimum=0, maximum=100, writable=True)
OFFSET = Entity("offset", Platform.NUMBER, "Offset", minimum=-2.5, writable=True)
FREE = Entity("free", Platform.NUMBER, "Free", writable=True)
COLOUR = Entity("colour", Platform.LIGHT, "Colour", writable=True)
HEAT = Entity("heat", Platform.SENSOR, "Heat")


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        (SWITCH, True),
        (SWITCH, False),
        (MODE, "eco"),
        (LEVEL, 0),
        (LEVEL, 100.0),
        (OFFSET, -2.5),
        (OFFSET, 1e9),
        (FREE, -1),
        (COLOUR, "#ff0000"),
        (COLOUR, None),
    ],
)
def test_a_fitting_value_passes(entity: Entity, value: Value) -> None:
    check(entity, value)


@pytest.mark.parametrize(
    ("entity", "value", "message"),
    [
        (SWITCH, 1, "on takes true or false, not 1"),
        (SWITCH, None, "on takes true or false, not None"),
        (MODE, "off", "mode takes one of eco, boost, not 'off'"),
        (LEVEL, -1, "level takes a number at least 0 and at most 100 %, not -1"),
        (LEVEL, 100.5, "level takes a number at least 0 and at most 100 %, not 100.5"),
        (LEVEL, "50", "level takes a number at least 0 and at most 100 %, not '50'"),
        (LEVEL, True, "level takes a number at least 0 and at most 100 %, not True"),
        (OFFSET, -3, "offset takes a number at least -2.5, not -3"),
        (FREE, float("nan"), "free takes a number, not nan"),
        (FREE, float("inf"), "free takes a number, not inf"),
        (HEAT, 20, "heat can be read but not set"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(entity: Entity, value: Value, message: str) -> None:
    with pytest.raises(InvalidValue, match=f"^{re.escape(message)}$"):
        check(entity, value)
