from homeward.testing.clock import VirtualClock


def test_time_stands_still_until_it_is_told_to_go_on() -> None:
    clock = VirtualClock(10.0)
    assert (clock.now(), clock.now()) == (10.0, 10.0)
    clock.advance(2.5)
    assert clock.now() == 12.5


def test_calls_come_at_their_own_time_and_in_its_order() -> None:
    clock, calls = VirtualClock(0.0), list[tuple[str, float]]()
    for name, delay in (("late", 3.0), ("early", 1.0), ("early too", 1.0), ("beyond", 9.0)):
        clock.call_later(delay, lambda name=name: calls.append((name, clock.now())))  # type: ignore[misc]
    clock.advance(5.0)
    assert calls == [("early", 1.0), ("early too", 1.0), ("late", 3.0)]


def test_a_call_may_ask_for_another_that_still_falls_due() -> None:
    clock, calls = VirtualClock(0.0), list[float]()

    def again() -> None:
        calls.append(clock.now())
        clock.call_later(2.0, again)

    clock.call_later(1.0, again)
    clock.advance(6.0)
    assert calls == [1.0, 3.0, 5.0]


def test_a_cancelled_call_does_not_come_and_may_be_cancelled_again() -> None:
    clock, calls = VirtualClock(), list[int]()
    handle = clock.call_later(1.0, lambda: calls.append(1))
    handle.cancel()
    handle.cancel()
    clock.advance(2.0)
    assert not calls


def test_a_delay_below_zero_is_none() -> None:
    clock, calls = VirtualClock(5.0), list[float]()
    clock.call_later(-3.0, lambda: calls.append(clock.now()))
    clock.advance(0.0)
    assert calls == [5.0]
