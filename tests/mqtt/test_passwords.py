from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import InvalidValue
from homeward.mqtt.passwords import COST, SALT, Memory, conceal, parse, verify

SCRYPT = conceal(b"sesame", bytes(SALT))
MOSQUITTO = {
    "$7$ by mosquitto_passwd": (
        "$7$101$3vafQvuk7ru1ePNC$"
        "A/+D1L+7g7hqAM3d5OAwgbcHsNBY/rcULcPqof6/5iCdayiRtzazVdY1Y+fFYX9pGB120XPMa7EPbfItY1Moqg=="
    ),
    "$6$ by mosquitto_passwd -H sha512": (
        "$6$Y8+DVcRM355QW/uk$qXV/qyrrrXg0Has7f+8tNkU4A5yYWw6RnlxX1276+LgmHRoX7JTcougAH9seJ/SIswReqqotJdylVUI2NP1gBw=="
    ),
}
DIGEST = SCRYPT.rpartition("$")[2]


@pytest.mark.parametrize("stored", [SCRYPT, *MOSQUITTO.values()], ids=["scrypt", *MOSQUITTO])
def test_the_password_of_a_hash_is_known_from_any_other(stored: str) -> None:
    assert verify(b"sesame", stored)
    assert not verify(b"Sesame", stored)
    assert not verify(b"", stored)


def test_a_hash_says_what_it_was_made_with() -> None:
    assert SCRYPT.startswith("scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$")
    assert parse(SCRYPT).numbers == COST
    assert conceal(b"sesame", b"x" * SALT) != SCRYPT


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "sesame",
        "$",
        "$5$salt$hash",
        "$7$101$3vafQvuk7ru1ePNC",
        "$7$many$AAAA$AAAA",
        "$7$0$AAAA$" + "A" * 86 + "==",
        "$7$999999$AAAA$" + "A" * 86 + "==",
        "$6$not base64!$AAAA",
        "$6$AAAA$AAAA",
        f"scrypt$16384$8$1$AAAA${DIGEST[:-4]}",
        f"scrypt$16383$8$1$AAAA${DIGEST}",
        f"scrypt$1048576$8$1$AAAA${DIGEST}",
        f"scrypt$16384$8$99$AAAA${DIGEST}",
        f"scrypt$16384$-8$1$AAAA${DIGEST}",
    ],
)
def test_what_is_no_hash_or_costs_too_much_is_refused_and_not_repeated(stored: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        verify(b"sesame", stored)
    assert len(stored) < 5 or stored not in f"{refused.value} {refused.value.hint}"


@given(st.text(alphabet="$scrypt67=A0", max_size=60))
def test_whatever_is_read_is_a_hash_or_an_invalid_value(stored: str) -> None:
    with suppress(InvalidValue):
        assert parse(stored).digest


def test_right_and_wrong_passwords_are_remembered_for_that_name_and_hash() -> None:
    memory = Memory(b"key")
    assert memory.recall("bob", b"sesame", SCRYPT) is None
    memory.note("bob", b"sesame", SCRYPT, right=True)
    memory.note("bob", b"wrong", SCRYPT, right=False)
    assert memory.recall("bob", b"sesame", SCRYPT) is True
    assert memory.recall("bob", b"wrong", SCRYPT) is False
    assert memory.recall("carol", b"sesame", SCRYPT) is None
    assert memory.recall("bob", b"sesame", SCRYPT + "x") is None


def test_wrong_passwords_displace_the_oldest_wrong_one_and_no_right_one() -> None:
    memory = Memory(b"key", most=2)
    memory.note("bob", b"sesame", SCRYPT, right=True)
    for wrong in (b"1", b"2", b"3"):
        memory.note("bob", wrong, SCRYPT, right=False)
    assert [memory.recall("bob", word, SCRYPT) for word in (b"sesame", b"1", b"2", b"3")] == [True, None, False, False]


def test_no_password_is_in_what_is_remembered() -> None:
    memory = Memory(b"key")
    memory.note("bob", b"sesame", SCRYPT, right=True)
    assert b"sesame" not in repr(vars(memory)).encode()
    assert all(len(digest) == 16 for digest in memory._known[True])
