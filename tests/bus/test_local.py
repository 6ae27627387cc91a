from homeward.bus.local import LocalBus
from homeward.model import Event, EventKind

EVENT = Event(1, 0.0, "meross-1", EventKind.ONLINE, {})


def test_every_listener_hears_in_the_order_of_subscription() -> None:
    bus, heard = LocalBus(), list[tuple[str, Event]]()
    for name in "abc":
        bus.subscribe(lambda event, name=name: heard.append((name, event)))  # type: ignore[misc]
    bus.publish(EVENT)
    assert heard == [("a", EVENT), ("b", EVENT), ("c", EVENT)]


def test_who_has_left_hears_nothing_even_when_leaving_twice() -> None:
    bus, heard = LocalBus(), list[Event]()
    leave = bus.subscribe(heard.append)
    leave()
    leave()
    bus.publish(EVENT)
    assert not heard


def test_a_listener_may_leave_while_it_is_told() -> None:
    bus, heard = LocalBus(), list[Event]()
    leaving = [bus.subscribe(lambda _: leaving[0]())]
    bus.subscribe(heard.append)
    bus.publish(EVENT)
    bus.publish(EVENT)
    assert heard == [EVENT, EVENT]


def test_a_listener_that_fails_hurts_no_other() -> None:
    bus, heard = LocalBus(), list[Event]()
    bus.subscribe(lambda _: 1 // 0)  # type: ignore[arg-type]
    bus.subscribe(heard.append)
    bus.publish(EVENT)
    assert heard == [EVENT]
