from __future__ import annotations

import pytest

from homeward.errors import ProtocolError
from homeward.model import State
from homeward.store.base import Batch, encode, replay


def test_whoever_asks_before_the_commit_is_told_after_it_in_the_order_of_asking() -> None:
    batch, told = Batch(), list[str]()
    batch.then(lambda: told.append("first"))
    batch.then(lambda: told.append("second"))
    assert told == []
    batch.commit()
    assert told == ["first", "second"]


def test_whoever_asks_after_the_commit_is_told_at_once() -> None:
    batch, told = Batch(), list[str]()
    batch.commit()
    batch.then(lambda: told.append("late"))
    assert told == ["late"]


def test_one_that_fails_does_not_keep_the_others_from_being_told() -> None:
    batch, told = Batch(), list[str]()
    batch.then(lambda: 1 // 0)  # type: ignore[arg-type]
    batch.then(lambda: told.append("other"))
    batch.commit()
    assert told == ["other"]


@pytest.mark.parametrize("data", [{"a": "\ud800"}, {"a": object()}])
def test_what_json_cannot_say_is_refused_by_name(data: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match="cannot be written as JSON"):
        encode(data)


def test_an_event_replayed_replaces_what_it_tells_and_nothing_else() -> None:
    states = {"plug": {"onoff": State(True, 1.0), "power": State(3.5, 1.0)}}
    replay(states, "plug", 2.0, {"onoff": False})
    replay(states, "lamp", 3.0, {"onoff": True})
    assert states == {
        "plug": {"onoff": State(False, 2.0), "power": State(3.5, 1.0)},
        "lamp": {"onoff": State(True, 3.0)},
    }
