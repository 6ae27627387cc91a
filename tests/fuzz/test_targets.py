"""Every fuzz target, for a moment: on what it begins with, on that with accidents, and on anything at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.run import corpus, load, mutate, names


@pytest.mark.parametrize("name", names())
def test_a_target_begins_with_inputs_and_takes_them(name: str) -> None:
    inputs = corpus(name)
    assert inputs
    for data in inputs:
        load(name)(data)


@pytest.mark.parametrize("name", names())
def test_only_documented_errors_come_out(name: str) -> None:
    target, inputs = load(name), corpus(name)

    @given(st.binary(max_size=300) | st.randoms().map(lambda chance: mutate(chance.choice(inputs), inputs, chance)))
    def anything(data: bytes) -> None:
        target(data)

    anything()
