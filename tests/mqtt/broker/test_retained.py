from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.broker.message import message
from homeward.mqtt.broker.retained import Retained
from homeward.mqtt.packets import Publish
from homeward.mqtt.topics import matches

LEVELS = st.sampled_from(["", "a", "b", "$s"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=4).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "#"]).filter(bool)
)


def topics(retained: Retained, topic_filter: str = "#") -> list[str]:
    return [found.packet.topic for found in retained.find(topic_filter)]


@given(st.lists(st.tuples(TOPICS, st.binary(max_size=2), st.sampled_from([0.0, 5.0])), max_size=12), FILTERS)
def test_the_last_word_on_each_topic_is_found(said: list[tuple[str, bytes, float]], topic_filter: str) -> None:
    retained, model = Retained(1 << 20), {}
    for topic, payload, expires in said:
        assert retained.put(message(Publish(topic, payload), expires))
        model[topic] = (payload, expires)
        if not payload:
            del model[topic]
    found = {each.packet.topic: each.packet.payload for each in retained.find(topic_filter)}
    assert found == {topic: payload for topic, (payload, _) in model.items() if matches(topic_filter, topic)}
    assert len(retained) == len(model)
    assert set(retained.expired(5.0)) == {topic for topic, (_, expires) in model.items() if expires}
    assert retained.expired(4.0) == []
    for topic in model:
        assert retained.remove(topic)
        assert not retained.remove(topic)
    assert (retained.size, len(retained), topics(retained)) == (0, 0, [])
    assert not retained._levels


def test_no_more_is_kept_than_there_is_room_for_and_levels_count() -> None:
    retained = Retained(2_000)
    assert retained.put(message(Publish("a", bytes(1_000))))
    assert not retained.put(message(Publish("b", bytes(1_000))))
    assert not retained.put(message(Publish("a/b/c/d/e", b"x")))
    assert retained.put(message(Publish("a", bytes(1_400))))
    assert not retained.put(message(Publish("a", bytes(2_000))))
    assert topics(retained) == ["a"]


def test_what_changes_while_it_is_looked_for_is_found_as_it_is_then() -> None:
    retained = Retained(1 << 20)
    for topic in ("a/1", "a/2", "b", "c"):
        retained.put(message(Publish(topic, b"old")))
    found = iter(retained.find("#"))
    assert next(found).packet.topic == "a/1"
    retained.remove("a/2")
    retained.remove("b")
    retained.put(message(Publish("c", b"new")))
    assert [each.packet for each in found] == [Publish("c", b"new")]


def test_a_topic_of_any_depth_is_found() -> None:
    retained = Retained(1 << 20)
    retained.put(message(Publish("/".join("a" * 2_000), b"x")))
    assert [len(topic) for topic in topics(retained)] == [3_999]
    assert topics(retained, "/".join("+" * 2_000)) == topics(retained)
    assert topics(retained, "/".join("+" * 1_999)) == []
