"""How lines of the log look: for people or as JSON, each with its request's id, none with a fault's text.

Rooms log by the standard library. What they add to a line stands in FIELDS, or is left out.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from service.delivery.faults import place_of
from service.observing import Format

if TYPE_CHECKING:
    from structlog.typing import Processor

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request under way; None outside of requests."""
FIELDS = ("method", "route", "status", "duration_ms", "role", "trace_id")
OURS = "gateproof"
SERVER = ("uvicorn", "uvicorn.error")
Line = MutableMapping[str, Any]


def configure_logging(shape: Format) -> None:
    """All loggers of this process, on stderr. Ours and the server's from info on, others from warning on:
    clients of HTTP would log addresses, which may hold a receiver's secret."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(shape, colours=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in (OURS, *SERVER):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(logging.INFO)
    # Its lines hold addresses, those of badges too, which are secrets.
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)


def formatter(shape: Format, *, colours: bool = False) -> logging.Formatter:
    """One line for each record."""
    import orjson  # noqa: PLC0415
    import structlog  # noqa: PLC0415 - only processes that serve pay for it

    def as_json(line: Line, **_: Any) -> str:
        return orjson.dumps(line, default=lambda _: "?").decode()

    look: Processor = (
        structlog.processors.JSONRenderer(as_json)
        if shape == "json"
        else structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            _with_request_id,
            _without_texts,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, look],
    )


def _with_request_id(_: Any, __: str, line: Line) -> Line:
    line["request_id"] = REQUEST_ID.get()
    return line


def _without_texts(_: Any, __: str, line: Line) -> Line:
    """An exception's text may hold anything, so its kind and place stand for it. The event loop puts
    texts and arguments into its messages too."""
    fault = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if fault:
        error = fault[1] if isinstance(fault, tuple) else sys.exc_info()[1]
        if error is not None:
            line["fault"] = place_of(error)
    said = str(line["event"]).partition("\n")[0]
    line["event"] = said.partition("(")[0] if line.get("logger") == "asyncio" else said
    return line
