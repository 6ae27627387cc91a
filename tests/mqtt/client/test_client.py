"""The asyncio client against our own broker on loopback, and against servers that are not so kind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from homeward.mqtt.broker import Broker, Guest, Limits, Refusal
from homeward.mqtt.client import Backoff, Client, ConnectionLost, ConnectionRefused, Options, Unsendable
from homeward.mqtt.packets import ConnAck, Connect, Disconnect, Packet, Publish, SubAck, Subscription
from homeward.mqtt.reasons import Reason
from homeward.mqtt.server import Server
from homeward.testing.clock import VirtualClock
from tests.mqtt.house import Now, TestGuest

EXAMPLE = Path(__file__).parents[3] / "docs" / "mqtt" / "client.md"
LASTING = Connect("me", level=5, properties={"session_expiry_interval": 60})


class House:
    """A broker on loopback, whose clients the test may refuse, restrict and cut off."""

    def __init__(self, limits: Limits) -> None:
        self.broker = Broker(limits, Now())
        self.server = Server(self.broker, self._sign_in)
        self.guests: list[TestGuest] = []
        self.refusal: Refusal | None = None
        self.forbidden: set[str] = set()
        self.port = 0

    async def listen(self) -> None:
        self.port = await self.server.listen("127.0.0.1", self.port)

    def cut(self) -> None:
        """Every connection falls."""
        for line in list(self.server.lines):
            line.hang_up("cut")

    def _sign_in(self, broker: Broker, request: Connect) -> Guest | Refusal:
        if self.refusal:
            return self.refusal
        guest = TestGuest(broker, request.client_id)
        guest.forbidden = self.forbidden
        self.guests.append(guest)
        return guest


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House(Limits())
    await house.listen()
    yield house
    await house.server.close()


class Watched:
    """A client that comes back on a virtual clock, and what it told meanwhile."""

    def __init__(self, port: int, connect: Connect = LASTING, options: Options = Options()) -> None:  # noqa: B008
        self.clock = VirtualClock()
        self.told: asyncio.Queue[ConnAck | str] = asyncio.Queue()
        self.client = Client(
            "127.0.0.1",
            port,
            connect,
            reconnect=Backoff(lambda: 1.0),
            on_up=self.told.put_nowait,
            on_down=self.told.put_nowait,
            options=options,
            clock=self.clock,
        )

    async def up(self) -> ConnAck:
        told = await self.told.get()
        assert isinstance(told, ConnAck)
        return told

    async def down(self) -> str:
        told = await self.told.get()
        assert isinstance(told, str)
        return told

    async def close(self) -> None:
        self.client.close()
        await self.client.closed


class Scripted(asyncio.Protocol):
    """A server's end that answers what comes first, then reads on and says nothing; without an answer it hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.over = asyncio.Event()
        self.over.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.over.clear()

    def data_received(self, data: bytes) -> None:
        if self._answer:
            self._transport.write(self._answer)
            self.data_received = lambda data: None  # type: ignore[method-assign]
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.over.set()


@asynccontextmanager
async def scripted(*answers: Packet | bytes, level: int = 5) -> AsyncIterator[int]:
    """A server whose connections begin with these answers, one each. All are to be closed in the end."""
    script = [Scripted(answer if isinstance(answer, bytes) else answer.encode(level)) for answer in answers]
    left = iter(script)
    server = await asyncio.get_running_loop().create_server(lambda: next(left), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    for line in script:
        await line.over.wait()


async def example() -> Callable[..., Awaitable[Any]]:
    """The function `main` of the manual."""
    found = re.search(r"```python\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102 (our own manual)
    main: Callable[..., Awaitable[Any]] = names["main"]
    return main


async def test_the_example_of_the_manual_runs(house: House) -> None:
    house.broker.publish("lamps/hall/state", b"off", 1, retain=True)
    assert await (await example())(port=house.port) == ("lamps/hall/state", b"off")


# --- one connection


@pytest.mark.parametrize("level", [3, 4, 5])
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_a_client_hears_what_it_publishes(house: House, level: int, qos: int) -> None:
    async with Client("127.0.0.1", house.port, Connect("me", level=level)) as client:
        assert await client.subscribe(Subscription("a/#", 2)) == (2,)
        assert await client.publish("a/b", b"hello", qos) == Reason.SUCCESS
        message = await anext(client.messages())
        assert (message.topic, message.payload, message.qos) == ("a/b", b"hello", qos)
        assert await client.unsubscribe("a/#") == ((0,) if level == 5 else ())
        await client.publish("a/b", b"unheard", qos)
    assert [message async for message in client.messages()] == []
    assert client.closed.result() == "closed"


async def test_a_server_may_name_its_client(house: House) -> None:
    async with Client("127.0.0.1", house.port, Connect("", level=5)) as client:
        assert len(client.client_id) == 16


async def test_a_message_that_rules_forbid_has_a_reason(house: House) -> None:
    house.forbidden = {"a"}
    async with Client("127.0.0.1", house.port, Connect("me", level=5)) as client:
        assert await client.subscribe(Subscription("a", 1), Subscription("b", 1)) == (Reason.NOT_AUTHORIZED, 1)
        for qos in (1, 2):
            assert await client.publish("a", b"", qos) == Reason.NOT_AUTHORIZED
        assert await client.publish("c", b"", 1) == Reason.NO_MATCHING_SUBSCRIBERS


@pytest.mark.parametrize(
    ("level", "code", "reason", "words"),
    [
        (3, 2, Reason.CLIENT_IDENTIFIER_NOT_VALID, "the server does not take this client id (return code 2)"),
        (4, 4, Reason.BAD_USER_NAME_OR_PASSWORD, "bad user name or password (return code 4)"),
        (4, 77, Reason.UNSPECIFIED_ERROR, "unspecified error (return code 77)"),
        (5, 0x8A, Reason.BANNED, "banned (return code 138)"),
        (5, 0xFE, Reason.UNSPECIFIED_ERROR, "unspecified error (return code 254)"),
    ],
)
async def test_a_refusal_has_a_reason(level: int, code: int, reason: Reason, words: str) -> None:
    async with scripted(ConnAck(code), level=level) as port:
        client = Client("127.0.0.1", port, Connect("me", level=level))
        with pytest.raises(ConnectionRefused) as caught:
            await client.open()
        assert (caught.value.return_code, caught.value.reason, str(caught.value)) == (code, reason, words)
        assert await client.closed == f"refused: {words}"


async def test_a_server_that_hangs_up_at_once_is_lost() -> None:
    async with scripted(b"") as port:
        client = Client("127.0.0.1", port, Connect("me"))
        with pytest.raises(ConnectionLost):
            await client.open()
        assert await client.closed


async def test_a_server_that_says_nothing_is_not_waited_for_any_longer() -> None:
    async with scripted(ConnAck(0).encode()[:1]) as port:
        client = Client("127.0.0.1", port, Connect("me"))
        with pytest.raises(TimeoutError):
            await client.open(0.05)
        assert await client.closed


async def test_where_nobody_listens_the_operating_system_says_so(house: House) -> None:
    await house.server.close()
    client = Client("127.0.0.1", house.port, Connect("me"))
    with pytest.raises(ConnectionRefusedError):
        await client.open()
    assert "Connect call failed" in await client.closed


async def test_what_was_waited_for_fails_with_the_connection() -> None:
    async with scripted(ConnAck(0)) as port:
        client = Client("127.0.0.1", port, Connect("me", level=5))
        await client.open()
        waiting = [
            asyncio.ensure_future(waited)
            for waited in (client.publish("a", b"", 1), client.subscribe(Subscription("a")), client.unsubscribe("a"))
        ]
        await asyncio.sleep(0)
        client.close()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ConnectionLost] * 3


async def test_a_closed_client_takes_nothing_more(house: House) -> None:
    async with Client("127.0.0.1", house.port, Connect("me")) as client:
        pass
    for attempt in (client.publish("a", b""), client.publish("a", b"", 1), client.subscribe(Subscription("a"))):
        with pytest.raises(ConnectionLost, match="closed"):
            await attempt
    assert client.send("a", b"") is None


async def test_a_server_that_answers_no_ping_is_left() -> None:
    clock = VirtualClock()
    async with scripted(ConnAck(0)) as port:
        client = Client("127.0.0.1", port, Connect("me", keep_alive=100, level=5), clock=clock)
        await client.open()
        clock.advance(149)
        assert client.connected
        clock.advance(1)
        assert await client.closed == "the server answered no ping"


async def test_a_server_that_answers_pings_is_kept(house: House) -> None:
    clock = VirtualClock()
    async with Client("127.0.0.1", house.port, Connect("me", keep_alive=100), clock=clock) as client:
        for _ in range(3):
            clock.advance(75)
            await client.publish("a", b"", 1)  # answered after the ping was
        assert client.connected


async def test_a_server_that_breaks_the_standard_is_left() -> None:
    async with scripted(SubAck(1, (0,))) as port:
        client = Client("127.0.0.1", port, Connect("me", level=5))
        with pytest.raises(ConnectionLost, match="SubAck before CONNACK"):
            await client.open()
        assert "SubAck before CONNACK" in await client.closed


async def test_a_consumer_that_fails_ends_the_connection_and_acknowledges_nothing(house: House) -> None:
    def fail(message: Publish) -> None:
        raise RuntimeError("a bug")

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    client = Client("127.0.0.1", house.port, LASTING, on_message=fail)
    await client.open()
    await client.subscribe(Subscription("a", 1))
    house.broker.publish("a", b"x", 1)
    assert "a bug" in await client.closed
    async with Client("127.0.0.1", house.port, Connect("me", clean=False, level=5)) as other:
        assert (await anext(other.messages())).payload == b"x"


async def test_messages_at_qos_0_that_nobody_takes_are_dropped(house: House) -> None:
    options = Options(waiting=2)
    async with Client("127.0.0.1", house.port, Connect("me"), options=options) as client:
        await client.subscribe(Subscription("a", 1))
        for each in (b"1", b"2", b"3"):
            house.broker.publish("a", each)
        await client.publish("a", b"4", 1)
        assert [(await anext(client.messages())).payload for _ in range(3)] == [b"1", b"2", b"4"]
        assert client.dropped == 1


async def test_a_server_that_does_not_read_is_not_sent_more_than_may_pile_up() -> None:
    options = Options(queued=100_000)
    reading, over = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ConnAck(0).encode())
        await reading.wait()
        while await reader.read(1 << 20):
            pass
        writer.close()
        await writer.wait_closed()
        over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client("127.0.0.1", port, Connect("me"), options=options) as client:
            while not client.dropped:
                client.send("a", bytes(50_000))
            patient = asyncio.ensure_future(client.publish("a", b"patient"))
            await asyncio.sleep(0)
            assert not patient.done()
            reading.set()
            await patient
            with pytest.raises(Unsendable):
                client.send("a", bytes(100_000), 1)
        await over.wait()


async def test_a_request_is_answered(house: House) -> None:
    async def answer(server: Client) -> None:
        async for asked in server.messages():
            back = {"correlation_data": asked.properties["correlation_data"]}
            await server.publish(asked.properties["response_topic"], asked.payload[::-1], 1, properties=back)  # type: ignore[arg-type]

    async with (
        Client("127.0.0.1", house.port, Connect("service", level=5)) as service,
        Client("127.0.0.1", house.port, Connect("a/+", level=5)) as client,
    ):
        await service.subscribe(Subscription("mirror", 1))
        serving = asyncio.ensure_future(answer(service))
        assert [(await client.request("mirror", word)).payload for word in (b"abc", b"live")] == [b"cba", b"evil"]
        with pytest.raises(TimeoutError):
            await client.request("nobody", b"", deadline=0.0)
    await serving


# --- coming back


async def test_a_client_comes_back_and_what_it_published_meanwhile_arrives(house: House) -> None:
    watched = Watched(house.port)
    client = watched.client
    await client.open()
    await watched.up()
    await client.subscribe(Subscription("a", 2))
    house.cut()
    assert await watched.down()
    sent = [asyncio.ensure_future(client.publish("a", b"%d" % each, each)) for each in (1, 2)]
    with pytest.raises(ConnectionLost):
        await client.publish("a", b"0")
    watched.clock.advance(1)
    assert (await watched.up()).session_present
    assert await asyncio.gather(*sent) == [Reason.SUCCESS] * 2
    assert [(await anext(client.messages())).payload for _ in range(2)] == [b"1", b"2"]
    assert house.guests[-1].filters == []
    await watched.close()


@pytest.mark.parametrize("connect", [Connect("me"), LASTING])
async def test_subscriptions_are_made_again_when_the_session_is_lost(house: House, connect: Connect) -> None:
    watched = Watched(house.port, connect)
    await watched.client.open()
    await watched.up()
    await watched.client.subscribe(Subscription("a", 2), Subscription("b", 1))
    await watched.client.subscribe(Subscription("c", 2), Subscription("gone", 1))
    await watched.client.unsubscribe("gone")
    house.cut()
    await watched.down()
    for session in list(house.broker.sessions.values()):
        house.broker.end(session)
    watched.clock.advance(1)
    assert not (await watched.up()).session_present
    await watched.client.publish("c", b"there", 2)
    assert (await anext(watched.client.messages())).payload == b"there"
    assert house.guests[-1].filters == ["a", "b", "c"]
    await watched.close()


async def test_pauses_grow_while_nobody_is_there_and_begin_anew_after_a_connection_that_lasted(house: House) -> None:
    watched = Watched(house.port)
    await watched.client.open()
    await watched.up()
    await house.server.close()
    await watched.down()
    for pause in (1, 2, 4):
        watched.clock.advance(pause - 0.1)
        assert watched.told.empty()
        watched.clock.advance(0.1)
        assert "Connect call failed" in await watched.down()
    house.server = Server(house.broker, house._sign_in)
    await house.listen()
    watched.clock.advance(8)
    await watched.up()
    watched.clock.advance(10)
    house.cut()
    await watched.down()
    watched.clock.advance(1)
    await watched.up()
    await watched.close()


async def test_a_wrong_password_is_raised_by_open_and_tried_again_by_start(house: House) -> None:
    house.refusal = Refusal(4, "the password is wrong")
    hasty = Watched(house.port)
    with pytest.raises(ConnectionRefused, match="the password is wrong"):
        await hasty.client.open()
    await hasty.client.closed
    watched = Watched(house.port)
    watched.client.start()
    assert "the password is wrong" in await watched.down()
    house.refusal = None
    watched.clock.advance(59.9)
    assert watched.told.empty()
    watched.clock.advance(0.1)
    await watched.up()
    await watched.close()


async def test_open_waits_for_a_server_that_is_not_there_yet(house: House) -> None:
    house.refusal = Refusal(3, "starting up")
    watched = Watched(house.port)
    opening = asyncio.ensure_future(watched.client.open())
    assert "starting up" in await watched.down()
    house.refusal = None
    watched.clock.advance(1)
    await opening
    assert watched.client.connected
    await watched.close()


async def test_open_gives_up_in_the_end(house: House) -> None:
    house.refusal = Refusal(3, "starting up")
    watched = Watched(house.port)
    with pytest.raises(TimeoutError):
        await watched.client.open(0.0)
    assert await watched.client.closed == "TimeoutError"


async def test_a_client_may_be_closed_while_it_waits_to_come_back(house: House) -> None:
    watched = Watched(house.port)
    await watched.client.open()
    await watched.up()
    house.cut()
    await watched.down()
    unsent = asyncio.ensure_future(watched.client.publish("a", b"", 1))
    await asyncio.sleep(0)
    await watched.close()
    with pytest.raises(ConnectionLost):
        await unsent
    assert [message async for message in watched.client.messages()] == []


@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize("packet", [ConnAck, Disconnect])
async def test_another_server_is_gone_to_if_that_is_wanted(
    house: House, follow: bool, packet: type[ConnAck | Disconnect]
) -> None:
    goodbye = packet(Reason.USE_ANOTHER_SERVER, properties={"server_reference": f"127.0.0.1:{house.port} other"})
    answers = [goodbye] if packet is ConnAck else []
    async with scripted(*answers, ConnAck(0)) as port:
        watched = Watched(port, options=Options(follow=follow))
        watched.client.start()
        if packet is Disconnect:
            await watched.up()
            watched.client.received(goodbye.encode(5))
        await watched.down()
        assert not house.guests
        watched.clock.advance(1)
        if follow or packet is ConnAck:
            await watched.up()
        assert bool(house.guests) is follow
        assert watched.client.port == port
        await watched.close()


async def test_a_server_that_moved_is_not_asked_again(house: House) -> None:
    moved = ConnAck(Reason.SERVER_MOVED, properties={"server_reference": f"localhost:{house.port}"})
    async with scripted(moved) as port:
        watched = Watched(port, options=Options(follow=True))
        watched.client.start()
        await watched.down()
        watched.clock.advance(1)
        await watched.up()
        assert (watched.client.host, watched.client.port) == ("localhost", house.port)
        await watched.close()


async def test_only_a_client_that_comes_back_is_started(house: House) -> None:
    with pytest.raises(ValueError, match="is to be opened"):
        Client("127.0.0.1", house.port, Connect("me")).start()
