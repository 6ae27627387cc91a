"""How a command fails: an exit code that scripts can tell apart, and a word for people on stderr."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import IO, Any

import click


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    UNREACHABLE = 4
    NOT_ALLOWED = 5


EXIT: Mapping[str, Exit] = {
    "bad_request": Exit.USAGE,
    "invalid_value": Exit.USAGE,
    "not_found": Exit.NOT_FOUND,
    "device_not_found": Exit.NOT_FOUND,
    "entity_not_found": Exit.NOT_FOUND,
    "token_not_found": Exit.NOT_FOUND,
    "family_not_found": Exit.NOT_FOUND,
    "user_not_found": Exit.NOT_FOUND,
    "account_not_found": Exit.NOT_FOUND,
    "device_offline": Exit.UNREACHABLE,
    "deadline_exceeded": Exit.UNREACHABLE,
    "not_signed_in": Exit.NOT_ALLOWED,
    "not_allowed": Exit.NOT_ALLOWED,
    "too_many_failures": Exit.NOT_ALLOWED,
    "foreign_host": Exit.NOT_ALLOWED,
}
"""The exit code of each problem's `code`; any other is FAILED."""


class Failure(click.ClickException):
    """A command cannot do what it should."""

    def __init__(self, message: str, exit_code: Exit = Exit.FAILED, *, hint: str = "") -> None:
        super().__init__(message)
        self.exit = exit_code
        self.hint = hint

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click has a class variable
        """For click."""
        return self.exit

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"homeward: {self.message}", file, err=True)
        if self.hint:
            click.echo(self.hint, file, err=True)


def failure(problem: Mapping[str, Any]) -> Failure:
    """What a problem that the API answered means for a command."""
    message, cause = problem["detail"], problem.get("cause")
    return Failure(
        f"{message}: {cause}" if cause else message,
        EXIT.get(problem["code"], Exit.FAILED),
        hint=problem.get("hint", ""),
    )
