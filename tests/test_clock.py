import asyncio

from homeward.clock import LoopClock


async def test_a_loops_clock_tells_the_time_of_day_and_calls() -> None:
    loop = asyncio.get_running_loop()
    clock, called, never = LoopClock(loop), loop.create_future(), loop.create_future()
    assert clock.now() > 1_700_000_000
    clock.call_later(0.0, lambda: never.set_result(None)).cancel()
    clock.call_later(0.0, lambda: called.set_result(None))
    await called
    assert not never.done()
