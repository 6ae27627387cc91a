"""QoS 1 at least once and in order, QoS 2 exactly once, whatever breaks: our clients and our broker on a bad link.

Links break at any byte, either end may learn of it late, the broker's machine loses power along with what is not on its
disk yet, disks and consumers are slow; TCP alone keeps its promise. `./dev test` looks at a few dozen such lives,
this looks at many thousands:

    ./dev test tests/mqtt/test_exactness.py --hypothesis-profile=long
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.broker import Limits
from tests.mqtt.world import Caller, World

Fault = Callable[[World], None]
EXPECTED = ("taken over by a newer connection of the same client", "the disk is full")
"""Why a connection may be ended that has not fallen by itself."""
_WHO = st.integers(0, 2)


def publish(who: int, qos: int, count: int) -> Fault:
    def fault(world: World) -> None:
        for _ in range(count):
            world.callers[who].publish(qos)

    return fault


def cut(who: int, way: str, after: int) -> Fault:
    def fault(world: World) -> None:
        link = world.callers[who].link
        if link:
            link.left["up" if way == "up" else "down"] = after

    return fault


def crash(downtime: float) -> Fault:
    return lambda world: world.crash(downtime)


def slow_disk(delay: float) -> Fault:
    return lambda world: setattr(world.disk, "delay", delay)


def full_disk(seconds: float) -> Fault:
    def fault(world: World) -> None:
        world.disk.full = True
        world.clock.call_later(seconds, lambda: setattr(world.disk, "full", False))

    return fault


def slow_consumer(who: int, delay: float) -> Fault:
    return lambda world: setattr(world.callers[who], "slow", delay)


def stop_reading(who: int, seconds: float) -> Fault:
    def fault(world: World) -> None:
        desk = world.callers[who].desk
        if desk:
            desk.stop_reading(seconds)

    return fault


def unaware(delay: float) -> Fault:
    return lambda world: setattr(world, "unaware", delay)


def wait(seconds: float) -> Fault:
    return lambda world: world.clock.advance(seconds)


_MOMENTS = st.sampled_from([0.0, 0.004, 0.01, 0.02, 0.025, 0.05, 0.2, 0.5])
FAULTS = st.one_of(
    st.builds(publish, _WHO, st.integers(0, 2), st.integers(1, 9)),
    st.builds(publish, _WHO, st.integers(1, 2), st.just(3)),
    st.builds(cut, _WHO, st.sampled_from(["up", "down"]), st.integers(0, 120)),
    st.builds(wait, _MOMENTS),
    st.builds(crash, _MOMENTS),
    st.builds(slow_disk, _MOMENTS),
    st.builds(full_disk, _MOMENTS),
    st.builds(slow_consumer, _WHO, _MOMENTS),
    st.builds(stop_reading, _WHO, _MOMENTS),
    st.builds(unaware, _MOMENTS),
)
CALLERS = st.tuples(st.sampled_from([3, 4, 5]), st.integers(1, 2), st.integers(1, 5))


@given(st.lists(CALLERS, min_size=3, max_size=3), st.integers(1, 5), st.lists(FAULTS, min_size=15, max_size=60))
def test_nothing_is_lost_and_qos_2_comes_exactly_once(
    callers: list[tuple[int, int, int]], window: int, life: list[Fault]
) -> None:
    world = World(Limits(inflight=window))
    world.callers = [Caller(world, f"c{index}", *each) for index, each in enumerate(callers)]
    for fault in life:
        fault(world)
    world.disk.delay = 0.02
    for caller in world.callers:
        caller.slow = 0
    world.clock.advance(60)
    assert not [ending for ending in world.endings if not any(known in ending for known in EXPECTED)]
    for publisher in world.callers:
        check_log(world.log, publisher)
        check_retained(world, publisher)
        for subscriber in world.callers:
            check(subscriber, publisher)


def check(subscriber: Caller, publisher: Caller) -> None:
    for qos, published in publisher.published.items():
        due = [payload for payload in published if payload not in subscriber.missed]
        heard = [payload for payload in subscriber.heard if payload in set(published)]
        heard_of_due = [payload for payload in heard if payload in set(due)]
        granted = min(qos, subscriber.qos)
        if granted == 2:
            assert heard_of_due == due
        elif granted == 1:
            assert list(dict.fromkeys(heard_of_due)) == due
        else:
            assert len(heard) == len(set(heard))


def check_retained(world: World, publisher: Caller) -> None:
    for qos in (1, 2):
        retained = [message.packet.payload for message in world.broker.retained.find(f"t/{publisher.name}/{qos}")]
        assert retained == publisher.published[qos][-1:]


def check_log(log: list[bytes], publisher: Caller) -> None:
    assert [payload for payload in log if payload in set(publisher.published[2])] == publisher.published[2]
    at_least_once = [payload for payload in log if payload in set(publisher.published[1])]
    assert list(dict.fromkeys(at_least_once)) == publisher.published[1]
