from __future__ import annotations

from pathlib import Path

import pytest

from homeward.cli.failure import Failure
from homeward.cli.moves import Call, Move, Moves

HOME, SHOP, AWAY = Call("home", 1, "46884", "k3y"), Call("shop", 2, "7", "old"), Call("away", 3, "9", "other")


def test_what_was_before_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "moved.json"
    moves = Moves(file)
    assert moves.all() == {}
    moves.keep("a", Move("192.0.2.9", SHOP, HOME))
    assert Moves(file).all() == {"a": Move("192.0.2.9", SHOP, HOME)}
    assert file.stat().st_mode & 0o777 == 0o600
    moves.forget("a")
    assert moves.all() == {}


def test_of_several_moves_in_a_row_the_first_is_where_it_came_from(tmp_path: Path) -> None:
    moves = Moves(tmp_path / "moved.json")
    moves.keep("a", Move("192.0.2.9", SHOP, HOME))
    moves.keep("a", Move("192.0.2.9", HOME, AWAY))
    assert moves.all()["a"] == Move("192.0.2.9", SHOP, AWAY)
    moves.keep("a", Move("192.0.2.9", SHOP, HOME))
    assert moves.all()["a"].before == SHOP


def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    file = tmp_path / "moved.json"
    file.write_text("{")
    with pytest.raises(Failure, match=str(file)):
        Moves(file).all()


def test_a_key_is_in_no_text() -> None:
    assert "k3y" not in f"{HOME} {HOME!r} {Move('', SHOP, HOME)!r} {HOME.shown()}"
