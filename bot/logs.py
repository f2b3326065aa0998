"""Structured logs: one JSON line an event on standard error, with the id that runs from callback to push, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

SECRET_KEYS: Final = re.compile(r"(secret|token|aes_?key|password|authorization|access_token|sign)$", re.IGNORECASE)
SECRET_VALUES: Final = re.compile(r"((?:access_token|secret|key|sign|session)=)[^&\s\"']+", re.IGNORECASE)


def set_up_logs(level: int = logging.INFO) -> None:
    """Send our logs and those of libraries to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def hide_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not stand in a log, by key and inside texts."""
    for key, value in entry.items():
        if SECRET_KEYS.search(key):
            entry[key] = "***"
        elif isinstance(value, str):
            entry[key] = SECRET_VALUES.sub(r"\1***", value)
    return entry
