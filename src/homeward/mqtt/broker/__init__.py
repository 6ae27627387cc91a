"""An MQTT broker for versions 3.1, 3.1.1 and 5 without sockets, clocks or opinions about who may do what."""

from homeward.mqtt.broker.broker import Broker as Broker
from homeward.mqtt.broker.connection import Connection as Connection
from homeward.mqtt.broker.host import Challenge as Challenge
from homeward.mqtt.broker.host import Guest as Guest
from homeward.mqtt.broker.host import Host as Host
from homeward.mqtt.broker.host import Limits as Limits
from homeward.mqtt.broker.host import Pledge as Pledge
from homeward.mqtt.broker.host import Refusal as Refusal
from homeward.mqtt.broker.host import Vault as Vault
from homeward.mqtt.broker.message import Message as Message
