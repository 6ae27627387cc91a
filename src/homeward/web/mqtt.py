"""The MQTT broker and its users, over the API."""

from __future__ import annotations

from homeward.web.context import Context
from homeward.web.messages import IssuedMqttUser, MqttRealm, MqttUserView, NewMqttUser


async def list_mqtt_realms(house: Context) -> list[MqttRealm]:
    """The realms of the MQTT broker, one a family and one for people, and how each is."""
    return [
        MqttRealm(
            name,
            broker.connected,
            len(broker.sessions),
            len(broker.retained),
            broker.retained.size,
            dict(broker.counts),
        )
        for name, broker in house.brokers.items()
    ]


async def list_mqtt_users(house: Context) -> list[MqttUserView]:
    """The users of the MQTT broker, without their passwords."""
    connected = house.people.connected()
    return [MqttUserView(user.name, user.publish, user.subscribe, connected[user.name]) for user in house.people]


async def put_mqtt_user(house: Context, body: NewMqttUser) -> IssuedMqttUser:
    """Let a user in, or change one, whose clients must then connect anew. A password that was drawn is shown once."""
    user, drawn, batch = house.people.put(
        body.name,
        password=body.password,
        password_hash=body.hash,
        publish=body.publish,
        subscribe=body.subscribe,
    )
    await house.hub.stored(batch)
    return IssuedMqttUser(user.name, user.publish, user.subscribe, drawn.reveal() if drawn else None)


async def remove_mqtt_user(house: Context, user: str) -> None:
    """Let a user in no more; its clients are disconnected, and nothing is kept for them."""
    await house.hub.stored(house.people.remove(user))
