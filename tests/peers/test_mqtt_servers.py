"""Our client speaks with a real Mosquitto."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homeward.mqtt.client import Backoff, Client, Options, Unsendable
from homeward.mqtt.packets import ConnAck, Connect, Publish, Subscription, Will
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.peers.mosquitto.brokers import LARGEST, WINDOW, Mosquitto
from tests.peers.processes import PATIENCE

LEVELS = pytest.mark.parametrize("level", [3, 4, 5])
A_DAY: Properties = {"session_expiry_interval": 86_400}


@pytest.fixture
def mosquitto(program: Callable[[str], str], tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(program("mosquitto"), tmp_path) as mosquitto:
        yield mosquitto


def call(mosquitto: Mosquitto, name: str, level: int, will: Will | None = None, *, lasting: bool = False) -> Client:
    properties = A_DAY if lasting and level == 5 else Properties()
    connect = Connect(name, 30, clean=not lasting, will=will, level=level, properties=properties)
    return Client("127.0.0.1", mosquitto.port, connect, options=Options(window=WINDOW))


async def hear(client: Client) -> Publish:
    async with asyncio.timeout(PATIENCE):
        return await anext(client.messages())


@LEVELS
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_messages_come_as_they_were_published(mosquitto: Mosquitto, level: int, qos: int) -> None:
    async with call(mosquitto, "one", level) as one, call(mosquitto, "two", level) as two:
        assert await two.subscribe(Subscription("a/+", qos)) == (qos,)
        sent = [f"message {number}".encode() for number in range(10 * WINDOW)]
        await asyncio.gather(*(one.publish("a/b", payload, qos) for payload in sent))
        heard = [await hear(two) for _ in sent]
        assert [message.payload for message in heard] == sent
        assert {message.qos for message in heard} == {qos}
        await two.unsubscribe("a/+")


@LEVELS
async def test_a_will_is_published_when_its_client_falls_silent(mosquitto: Mosquitto, level: int) -> None:
    async with call(mosquitto, "heir", level) as heir:
        await heir.subscribe(Subscription("will", 1))
        mortal = call(mosquitto, "mortal", level, Will("will", b"my last", 1))
        await mortal.open()
        assert mortal._link
        mortal._link.abort()
        assert (await hear(heir)).payload == b"my last"
        async with call(mosquitto, "polite", level, Will("will", b"unsaid", 1)):
            pass
        await heir.publish("will", b"marker", 1)
        assert (await hear(heir)).payload == b"marker"


@LEVELS
async def test_a_retained_message_is_there_for_who_comes_later(mosquitto: Mosquitto, level: int) -> None:
    async with call(mosquitto, "early", level) as early, call(mosquitto, "late", level) as late:
        await early.publish("state", b"on", 1, retain=True)
        await late.subscribe(Subscription("state", 1))
        message = await hear(late)
        assert (message.payload, message.retain) == (b"on", True)


@LEVELS
async def test_a_lasting_session_has_what_came_meanwhile(mosquitto: Mosquitto, level: int) -> None:
    async with call(mosquitto, "sleeper", level, lasting=True) as sleeper:
        await sleeper.subscribe(Subscription("a", 2))
    async with call(mosquitto, "other", level) as other:
        for qos in (1, 2):
            await other.publish("a", b"%d" % qos, qos)
    async with call(mosquitto, "sleeper", level, lasting=True) as sleeper:
        assert [(await hear(sleeper)).payload for _ in range(2)] == [b"1", b"2"]


@LEVELS
async def test_what_was_not_acknowledged_is_settled_in_the_next_connection(mosquitto: Mosquitto, level: int) -> None:
    ups: asyncio.Queue[ConnAck] = asyncio.Queue()
    connect = Connect("me", clean=False, level=level, properties=A_DAY if level == 5 else Properties())
    backoff = Backoff(lambda: 0.0)
    async with Client("127.0.0.1", mosquitto.port, connect, reconnect=backoff, on_up=ups.put_nowait) as client:
        await client.subscribe(Subscription("a", 2))
        for payload in (b"1", b"2", b"3"):
            await ups.get()
            done = client.send("a", payload, 2)
            assert done
            assert client._link
            client._link.close()  # the PUBLISH gets there, and no answer comes back
            assert await done == Reason.SUCCESS
        assert [(await hear(client)).payload for _ in range(3)] == [b"1", b"2", b"3"]


async def test_a_server_that_starts_again_finds_its_clients_back(program: Callable[[str], str], tmp_path: Path) -> None:
    told: asyncio.Queue[ConnAck | str] = asyncio.Queue()
    with Mosquitto(program("mosquitto"), tmp_path) as first:
        client = Client(
            "127.0.0.1",
            first.port,
            Connect("me", level=5, properties=A_DAY),
            reconnect=Backoff(lambda: 0.05),
            on_up=told.put_nowait,
            on_down=told.put_nowait,
        )
        await client.open()
        await client.subscribe(Subscription("a", 2))
        assert isinstance(await told.get(), ConnAck)
    assert isinstance(await told.get(), str)
    unsent = client.send("a", b"kept meanwhile", 2)
    assert unsent
    with Mosquitto(program("mosquitto"), tmp_path, first.port):
        assert await asyncio.wait_for(unsent, PATIENCE) == Reason.SUCCESS
        await client.publish("a", b"marker", 2)
        assert (await hear(client)).payload in {b"kept meanwhile", b"marker"}
        client.close()
        await client.closed


async def test_a_shared_subscription_takes_turns(mosquitto: Mosquitto) -> None:
    async with call(mosquitto, "left", 5) as left, call(mosquitto, "right", 5) as right:
        for worker in (left, right):
            assert await worker.subscribe(Subscription("$share/workers/jobs", 1), Subscription("over", 1)) == (1, 1)
        for number in range(10):
            await left.publish("jobs", b"%d" % number, 1)
        await left.publish("over", b"", 1)
        done: Counter[bytes] = Counter()
        for worker in (left, right):
            while (message := await hear(worker)).topic != "over":
                done[message.payload] += 1
        assert done == {b"%d" % number: 1 for number in range(10)}


async def test_topics_are_shortened_both_ways(mosquitto: Mosquitto) -> None:
    async with call(mosquitto, "one", 5) as one:
        await one.subscribe(Subscription("a/long/#", 1))
        assert one._state.terms
        assert one._state.terms.aliases
        topics = [f"a/long/topic/{number % 15}" for number in range(45)]
        for topic in topics:
            await one.publish(topic, b"x", 1)
        assert [(await hear(one)).topic for _ in topics] == topics


async def test_properties_reach_the_other_side(mosquitto: Mosquitto) -> None:
    said: Properties = {
        "payload_format_indicator": 1,
        "content_type": "text/plain",
        "response_topic": "answers",
        "correlation_data": b"\0\1",
        "user_property": (("a", "1"), ("a", "2")),
        "message_expiry_interval": 100,
    }
    async with call(mosquitto, "one", 5) as one:
        await one.subscribe(Subscription("a", 1), properties={"subscription_identifier": (7,)})
        await one.publish("a", b"x", 1, properties=said)
        heard = (await hear(one)).properties
        assert heard["message_expiry_interval"] in range(90, 101)
        assert heard | {"message_expiry_interval": 100} == {**said, "subscription_identifier": (7,)}


async def test_a_message_does_not_outlive_its_expiry(mosquitto: Mosquitto) -> None:
    async with call(mosquitto, "one", 5) as one:
        await one.publish("a", b"old", 1, retain=True, properties={"message_expiry_interval": 1})
        await one.subscribe(Subscription("marker", 1))
        async with asyncio.timeout(PATIENCE):
            while True:
                await one.subscribe(Subscription("a", 1))
                await one.publish("marker", b"", 1)
                if (await hear(one)).topic == "marker":
                    break
                assert (await hear(one)).topic == "marker"
                await asyncio.sleep(0.1)


async def test_the_server_gives_a_name_and_reasons(mosquitto: Mosquitto) -> None:
    async with call(mosquitto, "", 5) as client:
        assert client.client_id
        assert await client.publish("nobody/listens", b"", 1) == Reason.NO_MATCHING_SUBSCRIBERS
        assert await client.unsubscribe("never/subscribed") == (Reason.NO_SUBSCRIPTION_EXISTED,)
        with pytest.raises(Unsendable):
            await client.publish("a", bytes(LARGEST), 1)


async def test_a_request_is_answered(mosquitto: Mosquitto) -> None:
    async with call(mosquitto, "mirror", 5) as mirror, call(mosquitto, "asker", 5) as asker:
        await mirror.subscribe(Subscription("mirror", 1))
        asking = asyncio.ensure_future(asker.request("mirror", b"abc", 1))
        request = await hear(mirror)
        back: Properties = {"correlation_data": request.properties["correlation_data"]}
        await mirror.publish(request.properties["response_topic"], request.payload[::-1], 1, properties=back)
        assert (await asking).payload == b"cba"
