"""An MQTT client for versions 3.1, 3.1.1 and 5: `Client` on asyncio, `ClientState` for any other loop."""

from homeward.mqtt.client.backoff import Backoff as Backoff
from homeward.mqtt.client.client import Client as Client
from homeward.mqtt.client.errors import ConnectionLost as ConnectionLost
from homeward.mqtt.client.errors import ConnectionRefused as ConnectionRefused
from homeward.mqtt.client.errors import Unsendable as Unsendable
from homeward.mqtt.client.options import Options as Options
from homeward.mqtt.client.state import ClientState as ClientState
