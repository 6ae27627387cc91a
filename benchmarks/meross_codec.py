"""Meross messages, decoded with their signature verified, and encoded, beside the bare primitives they stand on.

The primitives are msgspec's JSON (into plain objects) and hashlib's MD5, called on what is ready to be called on.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from hashlib import md5
from typing import Any

import msgspec

from benchmarks.table import ratios, show, spread
from homeward.families.meross import wire

LIMIT = 1.5
"""How many times the primitives' CPU is too much."""

KEY, IDENTIFIER, TIME = "0123456789abcdef0123456789abcdef", md5(b"1").hexdigest(), 1_700_000_000
UUID = "2001010000000000001048e1e9000001"
TOGGLE: dict[str, Any] = {"togglex": [{"channel": 0, "onoff": 1, "lmTime": TIME}]}
HARDWARE = {"type": "mss310", "subType": "eu", "version": "6.0.0", "chipType": "rtl8710cf", "uuid": UUID}
FIRMWARE = {
    "version": "6.1.8",
    "compileTime": "2022/01/01-00:00:00",
    "wifiMac": "02:00:00:00:00:01",
    "innerIp": "10.0.0.9",
}
RULES = [[TIME + 15_552_000 * number, 3600 * (1 + number % 2), number % 2] for number in range(20)]
CLOCK = {"timestamp": TIME, "timezone": "Europe/Rome", "timeRule": RULES}
SYSTEM = {"hardware": HARDWARE, "firmware": FIRMWARE, "time": CLOCK, "online": {"status": 1}}
ALL: dict[str, Any] = {"all": {"system": SYSTEM, "digest": TOGGLE | {"triggerx": [], "timerx": []}}}

json_decode = msgspec.json.Decoder().decode
json_encode = msgspec.json.Encoder().encode


def encode(method: str, namespace: str, payload: dict[str, Any]) -> bytes:
    """Ours."""
    source = wire.publish_topic(UUID)
    return wire.encode(method, namespace, payload, message_id=IDENTIFIER, key=KEY, source=source, timestamp=TIME)


def cases() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """What is measured: ours and the primitives."""
    switch = ("PUSH", "Appliance.Control.ToggleX", TOGGLE)
    everything = ("GETACK", "Appliance.System.All", ALL)
    return {
        "decode and verify Control.ToggleX": _by_turns(read_whole, bare_read, encode(*switch)),
        "decode and verify System.All": _by_turns(read_whole, bare_read, encode(*everything)),
        "decode and verify System.All, to pass it on": _by_turns(read, bare_read, encode(*everything)),
        "encode Control.ToggleX": (partial(encode, *switch), partial(bare_write, json_decode(encode(*switch)))),
        "encode System.All": (partial(encode, *everything), partial(bare_write, json_decode(encode(*everything)))),
    }


def read(data: bytes) -> wire.Message:
    """Ours."""
    message = wire.decode(data)
    assert wire.verify(message.header, KEY)
    return message


def read_whole(data: bytes) -> wire.Params:
    """Ours, payload and all."""
    return read(data).body()


def bare_read(data: bytes) -> Any:
    """The primitives."""
    message = json_decode(data)
    header = message["header"]
    assert md5(f"{header['messageId']}{KEY}{header['timestamp']}".encode()).hexdigest() == header["sign"]
    return message


def bare_write(message: Any) -> bytes:
    """The primitives."""
    message["header"]["sign"] = md5(f"{IDENTIFIER}{KEY}{TIME}".encode()).hexdigest()
    return json_encode(message)


def measure(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """For each case the microseconds of CPU a message of ours and of the primitives, a pair a round."""
    return {name: ratios(ours, bare, rounds) for name, (ours, bare) in cases().items()}


def main(*, quick: bool = False) -> bool:
    """Whether all stayed within the limit."""
    measured = measure(3 if quick else 15)
    rows = [
        (name, spread(ours for ours, _ in pairs), spread(bare for _, bare in pairs), spread(a / b for a, b in pairs))
        for name, pairs in measured.items()
    ]
    show(f"Meross messages (limit {LIMIT} times the primitives)", ("", "µs", "primitives, µs", "ratio"), rows)
    return all(statistics.median(a / b for a, b in pairs) <= LIMIT for pairs in measured.values())


def _by_turns(ours: Callable[[bytes], object], bare: Callable[[bytes], object], data: bytes) -> Any:
    return partial(ours, data), partial(bare, data)
