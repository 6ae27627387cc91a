from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross import crypto
from homeward.families.meross.wire import BadMessage
from tests.families.meross.vectors import KEY, MAC, UUID

LAN = crypto.lan_key(UUID, KEY, MAC)
WIFI = crypto.wifi_key("mss310", UUID, MAC)
CIPHERTEXTS = {
    "V12": (
        LAN,
        b'{"header":{"messageId":"a"},"payload":{}}',
        "A+JKmpzNeQ54CHNatscIXfKUBrjzrd/NhtlodjhAwUVK8DGdDhZVXBf/McJcSRJp",
    ),
    "V13 a whole block": (LAN, b"0123456789abcdef", "omsD5XwdVAhDZSdgjGl9z6YZylFrphknsNANbPHhA6g="),
    "V15": (WIFI, b"wifipass123", "dyJaqdzCxm7eR7pVnopx3w=="),
    "V16 a whole block": (WIFI, b"0123456789abcdef", "OaWzNa3Im4b0oqyT+BWff6KqGan1LiLaEzC0Lm6D+Aw="),
}
PUBLIC_A = "BAIX5hfwtkQ5KCePlpmeaaI6TywVK99tbN9m5bgCgtTtGUp968uXcS0t2jyoWqh2Wlb0X8dYWZZS8ol8ZTBuV5Q="
PUBLIC_B = "BNZak5d8qj0bCBhS/1ennkZfFmBXcwS66tUF3TpIWJzzUBheiVNy32Ih6joTdVfkc/3bZ1XwW9UHw8Uz/OnJEoU="


def test_keys_are_the_digits_of_a_hash() -> None:
    assert LAN == b"d73fc3ebd36ea8be9e62ebf90c9e0cd2"  # V11
    assert WIFI == b"84479ceb3855703a45383a296d157338"  # V14


@pytest.mark.parametrize("vector", CIPHERTEXTS.values(), ids=CIPHERTEXTS)
def test_known_ciphertexts(vector: tuple[bytes, bytes, str]) -> None:
    key, plain, expected = vector
    assert crypto.encrypt(key, plain) == expected
    assert crypto.decrypt(key, expected) == plain


def test_both_sides_of_a_set_up_agree() -> None:
    ours, theirs = (crypto.private_key(int.from_bytes(bytes([byte]) * 32, "big")) for byte in (0x11, 0x22))
    assert crypto.public_text(ours) == PUBLIC_A
    assert crypto.public_text(theirs) == PUBLIC_B
    assert crypto.session_key(ours, PUBLIC_B) == crypto.session_key(theirs, PUBLIC_A)
    assert crypto.session_key(ours, PUBLIC_B) == b"24b51009b5ff60001591fddbea919c1a"  # V17


@pytest.mark.parametrize("public", ["", "AAAA", "!", PUBLIC_A[:-4] + "AAA=", PUBLIC_A[:40]])
def test_a_public_key_that_is_none_is_a_bad_message(public: str) -> None:
    with pytest.raises(BadMessage):
        crypto.session_key(crypto.private_key(1), public)


@pytest.mark.parametrize("text", ["AAAA", "A", "é", b"\xff", "omsD5XwdVAhDZSdgjGl9zw"])
def test_what_cannot_be_decrypted_is_a_bad_message(text: str | bytes) -> None:
    with pytest.raises(BadMessage):
        crypto.decrypt(LAN, text)


@given(st.binary())
def test_what_was_encrypted_comes_back_but_for_zeros_at_its_end(data: bytes) -> None:
    assert crypto.decrypt(WIFI, crypto.encrypt(WIFI, data)) == data.rstrip(b"\0")
