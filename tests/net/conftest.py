from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from homeward.testing.clock import VirtualClock

from .echo import TestHouse, house


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for one authority and its certificate, made once: RSA keys take their time."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def build(keys: Path, clock: VirtualClock) -> AsyncIterator[Callable[..., TestHouse]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(house(keys, clock, **settings))
