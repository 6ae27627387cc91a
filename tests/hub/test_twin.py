from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from homeward.hub.twin import Twin
from homeward.model import State, Value

values = st.dictionaries(
    st.sampled_from("abc"), st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
)


@given(st.lists(values))
def test_what_is_known_is_what_was_told_last_and_only_news_are_new(reports: list[dict[str, Value]]) -> None:
    twin, model = Twin(), dict[str, Value]()
    for seq, report in enumerate(reports, 1):
        news = twin.news(report)
        assert news == {key: value for key, value in report.items() if key not in model or model[key] != value}
        twin.update(news, float(seq), seq)
        assert twin.news(report) == {}
        model |= report
        assert {key: state.value for key, state in twin.states.items()} == model


def test_a_state_is_dated_and_numbered_by_the_report_that_changed_it() -> None:
    twin = Twin({"a": State(1, 5.0)})
    twin.update({"b": 2}, 7.0, 41)
    assert twin.states == {"a": State(1, 5.0), "b": State(2, 7.0)}
    assert twin.seq == 41
