"""Known answers of the protocol: made with the peers' own code, or seen from real devices (the numbers are kept)."""

from __future__ import annotations

KEY = "0123456789abcdef0123456789abcdef"
USER = "46884"
MAC = "48:e1:e9:d5:84:42"
UUID = "2308085712920951080748e1e9d58442"

SIGNS = {
    "V1 accepted by meross_iot": (
        "122e3e47835fefcd8aaf22d13ce21859",
        KEY,
        1557596606,
        "ecf6d48efd31ccf5bc974efb2cdf60a8",
    ),
    "V18 mss110 in set-up mode": ("a3548a78936b95d462f51dbef5198e16", "", 250848, "c4a60115316d723da29e7f12d2b199cb"),
    "V18 what it was asked": ("a3548a78936b95d462f51dbef5198e16", "", 1613841348, "3b7da8133320c9d6a1f352995272991b"),
    "V19 not paired": ("c54df717ed6e05a09ec5d5e551774a20", "", 448, "ca9f6544d0aa70ca87586e33f592a75f"),
    "V20 first Clock": ("a1605224f8b808178c8bdac5d8e239dc", "", 4, "27f5352964c535596c659880231f8ff9"),
    "V20 second Clock": ("113bb9db042646b5d561b8c74058d0ed", "", 6, "0bbeb9f303ad83b96861fc934307eb37"),
    "V20 Report": ("a97dd90c9e0f42a8de14fd6510bf98f7", "", 1594520169, "ba847d1fe461a7f7e49e9117813a8f80"),
    "V21 SETACK to Config.Key": ("1", "1", 24, "c7635bfd99248a2cdef8249ef7bfbef4"),
    "V24 nothing at all": ("", "", 0, "cfcd208495d565ef66e7dff9f98764da"),
}
"""Message id, key, timestamp and the signature of them."""

DEVICE_PASSWORDS = {
    "V3": (USER, MAC, KEY, "46884_089a73a6889ac6414574b16ea8e667f2"),
    "V4 without a key": ("0", MAC, "", "0_0af55d4b585e87ead6bf0f882eaca1d0"),
    "V23": ("1234", "34:29:8f:ff:ff:ff", "testkey", "1234_5ac868a81f2f21b4a87f7d2bb3467cb5"),
}

PARAMS = {
    "V5": ({"uuid": UUID}, "eyJ1dWlkIjogIjIzMDgwODU3MTI5MjA5NTEwODA3NDhlMWU5ZDU4NDQyIn0="),
    "V7": ({}, "e30="),
    "V8 without a space": ({"uuid": UUID}, "eyJ1dWlkIjoiMjMwODA4NTcxMjkyMDk1MTA4MDc0OGUxZTlkNTg0NDIifQ=="),
    "V10": (
        {
            "email": "me@example.com",
            "password": "5ebe2294ecd0e0f08eab7690d2a6ee69",
            "accountCountryCode": "us",
            "encryption": 1,
            "agree": 0,
        },
        "eyJlbWFpbCI6ICJtZUBleGFtcGxlLmNvbSIsICJwYXNzd29yZCI6ICI1ZWJlMjI5NGVjZDBlMGYwOGVhYjc2OTBkMmE2ZWU2OSIsICJhY2Nv"
        "dW50Q291bnRyeUNvZGUiOiAidXMiLCAiZW5jcnlwdGlvbiI6IDEsICJhZ3JlZSI6IDB9",
    ),
}

API_SIGNS = {
    "V6": ("V5", "56c655a8a25bfe2e85cccc042f6c9a44"),
    "V7": ("V7", "25f64922be265cadcbb1eff4a691f017"),
    "V8": ("V8 without a space", "216cc316376d8845442e98936c352cf5"),
    "V10": ("V10", "79222c92f1f887bbdefd98a34891aa25"),
}
"""Of which params, at 1700000000000 with the nonce ABCDEFGHIJKLMNOP."""
