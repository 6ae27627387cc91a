from __future__ import annotations

import asyncio
import socket

from homeward.net.ears import listen


class Owl:
    """It answers to its name, at the port it was told of."""

    def __init__(self, asked_at: int, answers_at: int) -> None:
        self.asked_at, self.answers_at = asked_at, answers_at

    def found(self, question: bytes, port: int) -> tuple[bytes, int] | None:
        return (b"hoo %d" % port, self.answers_at) if question == b"owl?" else None


def bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


async def test_all_devices_answer_where_they_are_asked_and_nobody_when_it_is_over() -> None:
    loop = asyncio.get_running_loop()
    with bound() as asker, bound() as taken:
        with bound() as free:
            port = free.getsockname()[1]
        owls = [(Owl(port, asker.getsockname()[1]), 80), (Owl(port, asker.getsockname()[1]), 81)]
        (close,) = listen("127.0.0.1", owls)
        for question in (b"cat?", b"owl?"):
            asker.sendto(question, ("127.0.0.1", port))
        async with asyncio.timeout(5):
            assert [await loop.sock_recv(asker, 99) for _ in owls] == [b"hoo 80", b"hoo 81"]
        close()
        assert listen("127.0.0.1", [(Owl(taken.getsockname()[1], 1), 80)]) == []
        assert listen("127.0.0.1", []) == []
