"""The format of log lines: for people or as JSON, each with its request's id, none with a fault's text.

All modules log by the standard library. The fields that they may add are in FIELDS; others are left out.
"""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

from service.delivery.faults import fault_summary
from service.observability_settings import Format

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request under way; None outside of requests."""
FIELDS = ("method", "route", "status", "duration_ms", "role", "trace_id")
SHOWN = sorted([*FIELDS, "request_id", "fault"])
OURS = "gateproof"
SERVER = ("uvicorn", "uvicorn.error")
COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
PLAIN = "\x1b[0m"
QUOTED = frozenset(" \t\r\n=\"'")
"""A text with one of these is quoted: else nobody could see where it ends."""
Line = dict[str, Any]


def configure_logging(shape: Format) -> None:
    """Configures all loggers of this process, on stderr. Ours and the server's from info on, others from
    warning on: clients of HTTP would log addresses, which may hold a receiver's secret."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(shape, colours=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (OURS, *SERVER):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(logging.INFO)
    # No line says where in the code, or in which thread, it was written: nobody looks it up.
    logging._srcfile = None  # noqa: SLF001 - as the library's manual has it
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Its lines hold addresses, those of badges too, which are secrets.
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)


def formatter(shape: Format, *, colours: bool = False) -> logging.Formatter:
    """Returns the formatter that writes one line for each record."""
    return _AsJson() if shape == "json" else _AsText(colours=colours)


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return orjson.dumps(_line_of(record), default=lambda _: "?").decode()


class _AsText(logging.Formatter):
    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = COLOURS if colours else {}

    def format(self, record: logging.LogRecord) -> str:
        line = _line_of(record)
        level = f"{line['level']:9}"
        colour = self._colours.get(line["level"])
        if colour is not None:
            level = f"{colour}{level}{PLAIN}"
        fields = [f"{name}={_shown(line[name])}" for name in SHOWN if name in line]
        return f"{line['timestamp']} [{level}] {line['event']} [{line['logger']}] {' '.join(fields)}"


def _shown(value: object) -> str:
    return value if isinstance(value, str) and QUOTED.isdisjoint(value) else repr(value)


def _line_of(record: logging.LogRecord) -> Line:
    """Returns the fields of the line, by name."""
    at = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
    line: Line = {
        "event": _event_of(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "timestamp": f"{at.isoformat(timespec='microseconds')}Z",
    }
    attributes = record.__dict__
    for name in FIELDS:
        if name in attributes:
            line[name] = attributes[name]
    line["request_id"] = REQUEST_ID.get()
    # An exception's text may hold anything, so its kind and place stand for it.
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        line["fault"] = fault_summary(error)
    return line


def _event_of(record: logging.LogRecord) -> str:
    """Returns the first line of the message. asyncio's messages go on with a fault's arguments: left out."""
    event = record.getMessage().partition("\n")[0]
    return event.partition("(")[0] if record.name == "asyncio" else event
