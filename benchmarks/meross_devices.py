"""Many Meross devices as raw sockets: signed in, then sending what was encoded beforehand."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import md5

from homeward.families.meross import wire
from homeward.families.meross.wire import Params
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import Connect, Publish
from tests.peers.processes import PATIENCE

KEY, USER_ID = "0123456789abcdef0123456789abcdef", "42"
TIME = 1_700_000_000
PUBACK, CONNACK = 0x40, 0x20


class Device:
    """One plug's connection; signed in when made."""

    def __init__(self, number: int, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.uuid = f"{number:020}48e1e9{number:06x}"
        self.mac = mac = ":".join(self.uuid[20:][at : at + 2] for at in range(0, 12, 2))
        self.sent = 0
        self.connection = _open(port, tls)
        password = wire.device_password(USER_ID, mac, KEY).encode()
        name = f"fmware:{self.uuid}_0123456789abcdef"
        _sign_in(self.connection, Connect(name, keep_alive=120, username=mac, password=password, level=3))

    def introduce(self) -> None:
        """Say what it can, and that it is off: a house shows nothing of a device before that."""
        hardware = {"type": "mss310", "uuid": self.uuid, "macAddress": self.mac}
        system = {"hardware": hardware, "firmware": {}}
        off = {"togglex": [{"channel": 0, "onoff": 0, "lmTime": TIME}]}
        abilities = ("System.All", "System.Ability", "Control.ToggleX")
        self.connection.sendall(
            self._message("System.Ability", {"ability": {f"Appliance.{name}": {} for name in abilities}}, -2, 0)
            + self._message("System.All", {"all": {"system": system, "digest": off}}, -1, 0)
        )

    def pushes(self, count: int, qos: int) -> list[bytes]:
        """So many messages that it was switched, on and off by turns."""
        return [self._push(self.sent + number, qos) for number in range(count)]

    def _push(self, number: int, qos: int) -> bytes:
        payload = {"togglex": [{"channel": 0, "onoff": (number + 1) % 2, "lmTime": TIME + number}]}
        return self._message("Control.ToggleX", payload, number, qos)

    def _message(self, name: str, payload: Params, number: int, qos: int) -> bytes:
        topic = wire.publish_topic(self.uuid)
        message = wire.encode(
            "PUSH",
            f"Appliance.{name}",
            payload,
            message_id=md5(f"{self.uuid}{number}".encode()).hexdigest(),
            key=KEY,
            source=topic,
            timestamp=TIME + number,
        )
        return Publish(topic, message, qos, packet_id=number % 65_535 + 1 if qos else 0).encode()


class App:
    """One app's connection; signed in when made."""

    def __init__(self, number: int, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.connection = _open(port, tls)
        password = wire.app_password(USER_ID, KEY).encode()
        name = f"app:{md5(str(number).encode()).hexdigest()}"
        _sign_in(self.connection, Connect(name, keep_alive=300, username=USER_ID, password=password))


class Crowd:
    """Devices that send by turns, and hear what they are told."""

    def __init__(self, devices: Sequence[Device]) -> None:
        self.devices = devices
        self.acknowledged = 0
        self._poll = select.epoll()
        self._unread = {device.connection.fileno(): bytearray() for device in devices}
        self._sockets = {device.connection.fileno(): device.connection for device in devices}
        for descriptor in self._sockets:
            self._poll.register(descriptor, select.EPOLLIN)

    def send(self, count: int, qos: int, window: int, stored: Callable[[], int]) -> None:
        """So many messages each; never more than `window` of all are sent and not yet `stored`.

        Raises:
            TimeoutError: some were lost: nothing more was stored for a while.
        """
        packets = _by_turns([device.pushes(count, qos) for device in self.devices])
        sockets = [device.connection for device in self.devices] * count
        total, at, done, told = len(sockets), 0, 0, time.monotonic()
        while done < total:
            until = min(total, done + window)
            for connection, packet in zip(sockets[at:until], packets[at:until], strict=True):
                connection.sendall(packet)
            at = max(at, until)
            self.hear(0.001)
            now, before, done = time.monotonic(), done, stored()
            told = now if done > before else told
            if now > told + PATIENCE:
                raise TimeoutError(f"{done} of {total} messages are stored, and no more come")
        for device in self.devices:
            device.sent += count

    def hear(self, patience: float) -> None:
        """Take what came, for at most so many seconds."""
        for descriptor, _ in self._poll.poll(patience):
            unread = self._unread[descriptor]
            unread += self._sockets[descriptor].recv(65_536)
            at = 0
            while frame := scan(bytes(unread), at, 1 << 20):
                self.acknowledged += frame[0] == PUBACK
                at = frame[2]
            del unread[:at]

    def leave(self) -> None:
        """All hang up."""
        self._poll.close()
        for device in self.devices:
            device.connection.close()


def _by_turns(each: Iterable[Sequence[bytes]]) -> list[bytes]:
    turns: Iterator[tuple[bytes, ...]] = zip(*each, strict=True)
    return [packet for turn in turns for packet in turn]


def _open(port: int, tls: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain


def _sign_in(connection: socket.socket, connect: Connect) -> None:
    connection.sendall(connect.encode())
    answer = connection.recv(4)
    if answer[:1] != bytes((CONNACK,)) or answer[3:] != b"\0":
        raise ConnectionRefusedError(f"{connect!r} was answered with {answer.hex()}")
