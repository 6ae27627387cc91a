"""The API as a table. Starlette's routes, the checks of roles and the OpenAPI document all derive from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, get_type_hints

from homeward.web import accounts, devices, mqtt, people
from homeward.web.tokens import Role

VIEWER, OPERATOR, ADMIN = Role
ANYONE = None

Handler = Callable[..., Awaitable[Any]]
"""An async function of the context and, by name: parts of the path, `query`, `body`, and the caller's `address`."""


class Route(NamedTuple):
    """One operation: who may do it, and the function that does; its annotations say what goes in and out."""

    method: str
    path: str
    role: Role | None
    handler: Handler
    status: int = 200

    @property
    def name(self) -> str:
        """The operation's stable name."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """What it does, for people."""
        return (self.handler.__doc__ or "").strip()

    @property
    def types(self) -> dict[str, Any]:
        """Its `query`, `body` and `return`, as far as it has them, with their types."""
        return get_type_hints(self.handler, include_extras=True)


API = "/api/v1"
DEVICE = f"{API}/devices/{{device}}"

ROUTES = (
    Route("GET", f"{API}/devices", VIEWER, devices.list_devices),
    Route("GET", DEVICE, VIEWER, devices.get_device),
    Route("PATCH", DEVICE, ADMIN, devices.rename_device),
    Route("DELETE", DEVICE, ADMIN, devices.remove_device, 204),
    Route("POST", f"{DEVICE}/adopt", ADMIN, devices.adopt_device),
    Route("POST", f"{DEVICE}/commands", OPERATOR, devices.command_device),
    Route("POST", f"{DEVICE}/call", ADMIN, devices.call_device),
    Route("GET", f"{API}/events", VIEWER, devices.list_events),
    Route("GET", f"{API}/handshakes", VIEWER, people.list_handshakes),
    Route("GET", f"{API}/families", VIEWER, accounts.list_families),
    Route("GET", f"{API}/families/{{family}}/accounts", ADMIN, accounts.list_accounts),
    Route("POST", f"{API}/families/{{family}}/accounts", ADMIN, accounts.create_account, 201),
    Route("PATCH", f"{API}/families/{{family}}/accounts/{{account}}", ADMIN, accounts.change_account),
    Route("GET", f"{API}/tokens", ADMIN, people.list_tokens),
    Route("POST", f"{API}/tokens", ADMIN, people.create_token, 201),
    Route("DELETE", f"{API}/tokens/{{token}}", ADMIN, people.revoke_token, 204),
    Route("GET", f"{API}/mqtt/realms", VIEWER, mqtt.list_mqtt_realms),
    Route("GET", f"{API}/mqtt/users", ADMIN, mqtt.list_mqtt_users),
    Route("POST", f"{API}/mqtt/users", ADMIN, mqtt.put_mqtt_user),
    Route("DELETE", f"{API}/mqtt/users/{{user}}", ADMIN, mqtt.remove_mqtt_user, 204),
    Route("POST", f"{API}/setup", ANYONE, people.set_up, 201),
    Route("GET", "/healthz", ANYONE, people.healthz),
    Route("GET", "/readyz", ANYONE, people.readyz),
)
