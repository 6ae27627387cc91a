from homeward.mqtt.client import Backoff


def pauses(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next() for _ in range(count)]


def test_pauses_double_up_to_the_longest() -> None:
    assert pauses(Backoff(lambda: 1.0, first=1, longest=10), 6) == [1, 2, 4, 8, 10, 10]


def test_the_whole_of_a_pause_is_random() -> None:
    lots = iter([0.0, 0.5, 0.25])
    assert pauses(Backoff(lambda: next(lots), first=1, longest=10), 3) == [0, 1, 1]


def test_a_connection_that_lasted_makes_the_next_attempt_a_first_one() -> None:
    backoff = Backoff(lambda: 1.0, first=1, longest=10, steady=5)
    pauses(backoff, 3)
    backoff.stood(4.9)
    assert backoff.next() == 8
    backoff.stood(5)
    assert backoff.next() == 1


def test_where_trying_soon_is_of_no_use_the_pause_is_the_longest() -> None:
    backoff = Backoff(lambda: 1.0, first=1, longest=10)
    backoff.slow_down()
    assert backoff.next() == 10
