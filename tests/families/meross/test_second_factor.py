from __future__ import annotations

import base64

import pytest

from homeward.errors import InvalidValue
from homeward.families.meross.second_factor import check, code, step_of

SECRET = base64.b32encode(b"12345678901234567890").decode()
KNOWN = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
"""RFC 6238, appendix B, the last six digits."""


@pytest.mark.parametrize(("now", "expected"), KNOWN.items())
def test_codes_are_those_of_the_standard(now: int, expected: str) -> None:
    assert code(SECRET, now // 30) == expected


def test_a_clock_may_be_a_step_ahead_or_behind() -> None:
    steps = [step_of(SECRET, code(SECRET, step), 100 * 30.0) for step in range(97, 104)]
    assert steps == [None, None, 99, 100, 101, None, None]


def test_a_secret_may_be_written_as_people_do() -> None:
    assert check("jbsw y3dp ehpk 3pxp") == "JBSWY3DPEHPK3PXP"
    assert check("") == ""


@pytest.mark.parametrize("secret", ["1", "JBSWY3DP", "JBSWY3DPEHPK3PX!", "ä" * 16])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(InvalidValue):
        check(secret)
