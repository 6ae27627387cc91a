"""Logging: words on stderr, one line an event; JSON where a program reads it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import msgspec
import structlog


def configure(*, as_json: bool = False, level: int = logging.INFO) -> None:
    """Send every log line to stderr from now on."""
    render: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if as_json:
        render = structlog.processors.JSONRenderer(
            lambda event, **_: msgspec.json.encode(event, enc_hook=repr).decode()
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
