from __future__ import annotations

import pytest

from homeward.mqtt.client.sendable import check_connect, check_filters, check_topic
from homeward.mqtt.packets import Connect, Will


@pytest.mark.parametrize(
    "request_",
    [
        Connect("", level=3),
        Connect("", clean=False, level=3),
        Connect("", clean=False),
        Connect("a", password=b"p", level=3),
        Connect("a", password=b"p"),
        Connect("a", will=Will("", b"")),
        Connect("a", will=Will("a/#", b"")),
        Connect("a", will=Will("a", b"", 3)),
    ],
)
def test_a_connect_that_the_standard_forbids_is_not_sent(request_: Connect) -> None:
    with pytest.raises(ValueError, match=r"client id|user name|topic name|QoS"):
        check_connect(request_)


@pytest.mark.parametrize(
    "request_",
    [Connect(""), Connect("", level=5), Connect("", clean=False, level=5), Connect("a", password=b"p", level=5)],
)
def test_a_connect_that_the_standard_allows_is(request_: Connect) -> None:
    check_connect(request_)


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a\0"])
def test_what_is_no_topic_name_is_not_published_to(topic: str) -> None:
    with pytest.raises(ValueError, match="no topic name"):
        check_topic(topic)


@pytest.mark.parametrize("filters", [[], [""], ["a", "a#"], ["$share/a"], ["$share//a"], ["$share/+/a"], ["a\0"]])
def test_what_is_no_topic_filter_is_not_subscribed_to(filters: list[str]) -> None:
    with pytest.raises(ValueError, match="topic filter"):
        check_filters(filters)


@pytest.mark.parametrize("filters", [["a"], ["#", "+/a"], ["$share/name/#"], ["$SYS/#"]])
def test_topic_filters_are(filters: list[str]) -> None:
    check_filters(filters)
