"""What the standard lets a client ask for: checked here, before it costs the connection."""

from __future__ import annotations

from collections.abc import Iterable

from homeward.mqtt.packets import Connect, Publish, Subscription
from homeward.mqtt.topics import is_filter, is_topic, shared


def check_connect(request: Connect) -> None:
    """A CONNECT.

    Raises:
        ValueError: the standard forbids it [3.1].
    """
    if not request.client_id and (request.level == 3 or (request.level == 4 and not request.clean)):
        raise ValueError("a client that keeps its session needs a client id, and in MQTT 3.1 every client does")
    if request.level < 5 and request.password is not None and request.username is None:
        raise ValueError("before MQTT 5 a password needs a user name")
    if request.will:
        will = request.will
        check_message(Publish(will.topic, will.payload, will.qos, properties=will.properties))


def check_message(message: Publish) -> None:
    """A message to be published.

    Raises:
        ValueError: the standard forbids it [3.3], or what belongs to the connection is not its user's to say.
    """
    check_topic(message.topic)
    check_topic(message.properties.get("response_topic", "-"))
    if not 0 <= message.qos <= 2:
        raise ValueError(f"a QoS is 0, 1 or 2, not {message.qos}")
    for name in ("topic_alias", "subscription_identifier"):
        if name in message.properties:
            raise ValueError(f"{name} is not for a client's user to set [5: 3.3.2.3]")


def check_topic(topic: str) -> None:
    """A topic to publish to.

    Raises:
        ValueError: it is none [4.7].
    """
    if not is_topic(topic):
        raise ValueError(f"{topic!r} is no topic name")


def check_subscriptions(wanted: Iterable[Subscription]) -> None:
    """What to subscribe to.

    Raises:
        ValueError: the standard forbids it [3.8].
    """
    subscriptions = list(wanted)
    check_filters(subscription.filter for subscription in subscriptions)
    for subscription in subscriptions:
        if subscription.no_local and shared(subscription.filter)[0]:
            raise ValueError(f"{subscription.filter!r} is shared, which no-local does not go with [5: 3.8.3.1]")


def check_filters(filters: Iterable[str]) -> None:
    """Topic filters to subscribe to, or no longer.

    Raises:
        ValueError: there are none, or one that is none [4.7].
    """
    names = list(filters)
    if not names:
        raise ValueError("there is no topic filter")
    for name in names:
        if not is_filter(shared(name)[1]):
            raise ValueError(f"{name!r} is no topic filter")
