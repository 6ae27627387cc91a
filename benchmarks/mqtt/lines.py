"""Many MQTT 3.1.1 clients as raw sockets, whose packets were encoded beforehand."""

from __future__ import annotations

import select
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket

from benchmarks.mqtt.servers import DEVICE, PASSWORD, STATE, WATCHER, Server
from homeward.mqtt.packets import Connect, Disconnect, Publish, Subscribe, Subscription
from tests.peers.processes import PATIENCE

PAYLOAD = 300
CONNACK = b"\x20\x02\x00\x00"
SUBACK = 0x90


def publication(number: int, qos: int = 0, payload: bytes = b"") -> bytes:
    """A message of a device about itself."""
    return Publish(STATE.format(number), payload.ljust(PAYLOAD, b"."), qos, packet_id=qos and 1).encode()


def sign_in(client_id: str, user: str, password: str = PASSWORD) -> bytes:
    """A CONNECT."""
    return Connect(client_id, username=user, password=password.encode()).encode()


def devices(numbers: Iterable[int]) -> list[bytes]:
    """CONNECTs of devices."""
    return [sign_in(f"device-{number:05}", DEVICE) for number in numbers]


def watchers(count: int) -> list[bytes]:
    """CONNECTs of those who look on."""
    return [sign_in(f"watcher-{number:05}", WATCHER) for number in range(count)]


def connect(server: Server, connects: Sequence[bytes], at_once: int = 64) -> list[socket]:
    """A connection for each CONNECT, accepted, in any order; never more than `at_once` are on their way.

    Raises:
        ConnectionRefusedError: one was not accepted.
        TimeoutError: no answer came to one.
    """
    todo, waiting, accepted = iter(connects), dict[int, socket](), list[socket]()
    with select.epoll() as poll:
        while len(accepted) < len(connects):
            for packet in islice(todo, at_once - len(waiting)):
                line = dial(server)
                line.sendall(packet)
                poll.register(line.fileno(), select.EPOLLIN)
                waiting[line.fileno()] = line
            for descriptor, _ in poll.poll(PATIENCE) or _nothing(len(waiting)):
                poll.unregister(descriptor)
                accepted.append(_accepted(waiting.pop(descriptor)))
    return accepted


def dial(server: Server) -> socket:
    """A connection without MQTT."""
    line = create_connection(("127.0.0.1", server.port), PATIENCE)
    line.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return server.tls.wrap_socket(line, server_hostname="127.0.0.1") if server.tls else line


def subscribe(lines: Sequence[socket], filters: Iterable[str], qos: int = 0) -> None:
    """Each subscribes to its filter.

    Raises:
        ConnectionRefusedError: one was not let.
    """
    for line, topic_filter in zip(lines, filters, strict=True):
        line.sendall(Subscribe(1, (Subscription(topic_filter, qos),)).encode())
        answer = line.recv(5)
        if answer[:1] != bytes((SUBACK,)) or answer[-1] != qos:
            raise ConnectionRefusedError(f"{topic_filter} was answered with {answer.hex()}")


def leave(lines: Sequence[socket]) -> None:
    """All say goodbye, and wait for the server to hang up: so no port of ours rests in TIME_WAIT."""
    for line in lines:
        line.settimeout(PATIENCE)
        with suppress(OSError):
            line.sendall(Disconnect().encode())
    for line in lines:
        with suppress(OSError), line:
            while line.recv(1 << 18):
                pass


class Ear:
    """A subscriber that counts what it hears, and acknowledges what comes at QoS 1. All packets are of one size."""

    def __init__(self, line: socket, qos: int) -> None:
        self.line = line
        self.heard = 0
        self._qos = qos
        self._size = len(publication(0, qos))
        self._at = self._size - PAYLOAD - 2
        """Where the packet identifier is."""
        self._rest = b""

    def hear(self) -> bytes:
        """Read once; the whole packets that came."""
        data = self._rest + self.line.recv(1 << 18)
        size = self._size
        count = len(data) // size
        whole, self._rest = data[: count * size], data[count * size :]
        if set(whole[::size]) - {0x30 | self._qos << 1}:
            raise ConnectionError(f"not what was expected: {whole[:size].hex()}")
        if self._qos and count:
            self.line.sendall(_acknowledgements(whole, size, self._at, count))
        self.heard += count
        return whole


def _acknowledgements(packets: bytes, size: int, at: int, count: int) -> bytearray:
    answer = bytearray(b"\x40\x02\0\0" * count)
    answer[2::4], answer[3::4] = packets[at::size], packets[at + 1 :: size]
    return answer


def _accepted(line: socket) -> socket:
    answer = line.recv(4)
    if answer != CONNACK:
        raise ConnectionRefusedError(f"CONNECT was answered with {answer.hex()}")
    return line


def _nothing(waiting: int) -> list[tuple[int, int]]:
    raise TimeoutError(f"{waiting} CONNECTs were not answered within {PATIENCE} s")
