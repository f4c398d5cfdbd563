"""Structured logs: one JSON line each, with an `action`. What could name a person is masked here, once."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

# Tokens of Telegram and Twilio, phone numbers, and whatever a URL carries after its host.
SECRETS = re.compile(
    r"(?<!\d)\d{6,10}:[A-Za-z0-9_-]{30,}|\b(?:AC|SK)[0-9a-fA-F]{32}\b|(?:\+|whatsapp:)\+?\d{8,15}|\b\d{10,13}\b"
)
# Only these keys are written: anything else that a caller adds is dropped, so a text can't slip in.
ALLOWED = frozenset(
    {
        "action", "event", "level", "timestamp", "error", "code", "failure", "row", "kind", "key", "channel", "n",
        "port", "host", "where",
    }
)  # fmt: skip


def mask(text: str) -> str:
    """Without tokens and numbers of people."""
    return SECRETS.sub("***", text)


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    return {key: mask(value) if isinstance(value, str) else value for key, value in kept.items()}


def _first_line_only(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """asyncio's own complaints go on with the failed task, its exception and what that says: not for a log."""
    event["event"] = str(event.get("event", "")).split("\n", 1)[0]
    return event


def _places_only(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Of an exception its class and the lines of code it passed: its message may hold what a person wrote."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is None:
        return event
    lines = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    event["error"] = type(error).__name__
    event["where"] = " < ".join(reversed(lines[-8:]))
    return event


def set_up(*, quiet: bool = False) -> None:
    """Logs of our own and of the libraries, to standard error, through the same mask."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _places_only,
        _only_allowed,
    ]
    level = logging.WARNING if quiet else logging.INFO
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.processors.JSONRenderer(ensure_ascii=False)],
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(ALLOWED), _first_line_only, *shared],
        )
    )
    sys.excepthook = _last_words
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries write URLs and payloads at lower levels


def _last_words(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """What ends the process is told like any failure: its class and its places, never its message."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("ended by a failure", action="ended", exc_info=error)
