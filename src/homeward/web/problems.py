"""Errors as answers: `application/problem+json` (RFC 9457) with a stable `code`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from homeward.errors import DeviceRefused, HomewardError


class BadRequest(HomewardError):
    """The request cannot be read: not JSON, or not of the shape that is wanted; the message says where."""

    code = "bad_request"


class NotSignedIn(HomewardError):
    """No token came with the request, or one that is unknown, expired or revoked."""

    code = "not_signed_in"


class BadSetupCode(NotSignedIn):
    """The set-up code is wrong, or was used already."""

    code = "bad_setup_code"


class NotAllowed(HomewardError):
    """The token's role does not reach so far."""

    code = "not_allowed"


class TooManyFailures(HomewardError):
    """Too many sign-ins from this address have failed; it must wait `retry_after` seconds."""

    code = "too_many_failures"

    def __init__(self, retry_after: float) -> None:
        self.retry_after = max(1, round(retry_after))
        super().__init__(f"too many sign-ins from this address have failed: wait {self.retry_after} s")


class ForeignHost(HomewardError):
    """The request was meant for a host name that this house does not go by."""

    code = "foreign_host"


class ForeignOrigin(HomewardError):
    """A page of another site made this request."""

    code = "foreign_origin"


class BodyTooLarge(HomewardError):
    """The request body exceeds `limits.http_body`."""

    code = "body_too_large"


class RequestTooSlow(HomewardError):
    """The request body did not arrive within `limits.handshake`."""

    code = "request_too_slow"


class TokenNotFound(HomewardError):
    """No token goes by that id."""

    code = "token_not_found"


class FamilyNotFound(HomewardError):
    """No family goes by that name, or it keeps no accounts."""

    code = "family_not_found"


class AccountNotFound(HomewardError):
    """The family has no account with that id."""

    code = "account_not_found"


class NotReady(HomewardError):
    """Something is wrong in the house; the message has a line a subsystem."""

    code = "not_ready"


STATUS: Mapping[str, int] = {
    "failed": 500,
    "bad_settings": 500,
    "storage_failed": 503,
    "not_ready": 503,
    "protocol_error": 502,
    "device_refused": 502,
    "device_offline": 503,
    "device_busy": 503,
    "deadline_exceeded": 504,
    "device_not_found": 404,
    "entity_not_found": 404,
    "token_not_found": 404,
    "family_not_found": 404,
    "user_not_found": 404,
    "account_not_found": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_too_slow": 408,
    "not_adopted": 409,
    "body_too_large": 413,
    "foreign_host": 421,
    "invalid_value": 422,
    "bad_request": 400,
    "not_signed_in": 401,
    "bad_setup_code": 403,
    "not_allowed": 403,
    "foreign_origin": 403,
    "too_many_failures": 429,
}
"""The HTTP status of each code. An error whose code is not here has the status of the nearest class that is."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong. `code` is stable, `detail` and `hint` are for people; `title` is the status in words."""

    status: int
    title: str
    code: str
    detail: str
    hint: str = ""
    cause: Any = None
    """The device's own words, where it was the device that refused."""

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that carries it."""
        return Response(msgspec.json.encode(self), self.status, headers, "application/problem+json")


def problem(error: HomewardError) -> Problem:
    """The problem that an error is."""
    status = next(STATUS[code] for code in _codes(error) if code in STATUS)
    cause = error.detail if isinstance(error, DeviceRefused) else None
    return Problem(status, HTTPStatus(status).phrase, error.code, str(error), error.hint, cause)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    assert isinstance(error, HomewardError)  # noqa: S101 - as registered
    return problem(error).response(_headers(error))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: a path or a method that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    detail = f"{request.method} {request.url.path}: {phrase.lower()}"
    return Problem(error.status_code, phrase, code, detail).response(error.headers)


async def on_crash(request: Request, error: Exception) -> Response:
    """Answer a fault of our own without a word of what it was; the log has it whole."""
    phrase = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    return Problem(500, phrase, HomewardError.code, "the server failed", "Its log has the reason.").response()


def _codes(error: HomewardError) -> list[str]:
    return [kind.code for kind in type(error).__mro__ if issubclass(kind, HomewardError)]


def _headers(error: HomewardError) -> dict[str, str]:
    if isinstance(error, TooManyFailures):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="Homeward"'}
    return {}
