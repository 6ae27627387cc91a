from homeward.net.failures import FAILURE_WINDOW, Failures


def test_as_many_failures_as_are_allowed_make_an_address_wait_until_the_first_is_old() -> None:
    failures = Failures(2)
    failures.add("192.0.2.1", 0.0)
    assert failures.wait("192.0.2.1", 1.0) == 0.0
    failures.add("192.0.2.1", 1.0)
    assert failures.wait("192.0.2.1", 1.0) == FAILURE_WINDOW - 1.0
    assert failures.wait("192.0.2.2", 1.0) == 0.0
    assert failures.wait("192.0.2.1", FAILURE_WINDOW) == 0.0


def test_of_too_many_addresses_the_longest_quiet_one_is_forgotten() -> None:
    failures = Failures(1)
    for number in range(10_001):
        failures.add(str(number), 0.0)
    assert [failures.wait(str(number), 1.0) > 0 for number in (0, 1, 10_000)] == [False, True, True]
