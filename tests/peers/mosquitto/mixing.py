"""Clients of different versions together, and one that comes back in another. `NAME@LEVEL` speaks that level."""

from __future__ import annotations

from homeward.mqtt.packets import Connect, Disconnect, PubComp, Publish, PubRec, Subscribe, Subscription
from homeward.mqtt.properties import Properties
from tests.peers.mosquitto.script import CUT, FIVE, KEPT, LONG, Script, Step, does, joins, says, script, will

_SAID = Properties(
    payload_format_indicator=1,
    message_expiry_interval=100,
    content_type="text/plain",
    response_topic="answers",
    correlation_data=b"c",
    user_property=(("a", "b"),),
)
_NO_LOCAL = Subscription("t", 1, no_local=True, retain_as_published=True)


def _mixed(name: str, *steps: Step) -> Script:
    return script(name, FIVE, *steps)


_TOGETHER = tuple(
    _mixed(
        f"QoS {qos} from {names[1]} to {names[0]}",
        joins(names[0], "t"),
        joins(names[1]),
        does(names[1], Publish("t", b"x", qos, packet_id=9 if qos else 0, properties=_SAID)),
    )
    for names in (("a@3", "b@5"), ("a@4", "b@5"), ("a@5", "b@3"), ("a@5", "b@4"), ("a@3", "b@4"))
    for qos in (0, 1)
)
_ONE_AFTER_THE_OTHER = (
    _mixed(
        "a retained message of MQTT 5 for a client of 3.1.1",
        joins("b@5"),
        does("b@5", Publish("t", b"x", retain=True, properties=_SAID)),
        joins("a@4", "t"),
        joins("c@5", "t"),
    ),
    _mixed(
        "a will of MQTT 5 for a client of 3.1.1, and the other way",
        joins("a@4", "will", will=will()),
        joins("b@5", "will", will=will(properties={"content_type": "text"})),
        does("b@5", CUT),
        does("a@4", CUT),
    ),
    _mixed("a client of 3.1.1 is taken over by one of MQTT 5", joins("a@4"), does("b@5", Connect("a@4"))),
    _mixed("a client of MQTT 5 is taken over by one of 3.1.1", joins("a@5"), does("b@4", Connect("a@5"))),
    *(
        _mixed(
            f"a session of {old} goes on in {new}",
            joins(f"a@{old}", "t", **KEPT),
            does(f"a@{old}", Disconnect()),
            joins("c@5"),
            says("c@5", "t", "meanwhile", 1, properties=_SAID),
            does(f"b@{new}", Connect(f"a@{old}", **KEPT)),
            says("c@5", "t", "later", 1),
        )
        for old, new in ((3, 5), (4, 5), (5, 4), (5, 3), (3, 4))
    ),
    _mixed(
        "a session of MQTT 5 with options goes on in 3.1.1",
        does("a@5", Connect("a", **KEPT), Subscribe(1, (_NO_LOCAL,), {"subscription_identifier": (7,)})),
        does("a@5", Disconnect()),
        does("b@4", Connect("a", **KEPT)),
        says("b@4", "t", "one's own", 1),
        joins("c@5"),
        says("c@5", "t", "another's", 1, retain=True),
    ),
    _mixed(
        "a QoS 2 message begun in MQTT 5 ends in 3.1.1",
        joins("a@5", "t", **KEPT),
        joins("c@5"),
        says("c@5", "t", "two", 2),
        does("a@5", PubRec(1)),
        does("a@5", CUT),
        does("b@4", Connect("a@5", **KEPT)),
        does("b@4", PubComp(1)),
    ),
    _mixed(
        "a session of 3.1.1 that is cut in MQTT 5 without an expiry",
        joins("a@4", "t", **KEPT),
        does("a@4", Disconnect()),
        does("b@5", Connect("a@4", clean=False)),
        does("b@5", CUT),
        does("c@5", Connect("a@4", clean=False, properties=LONG)),
    ),
)

SCRIPTS = (*_TOGETHER, *_ONE_AFTER_THE_OTHER)
