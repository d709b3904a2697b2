"""Text for terminals, logs and reports: made harmless, with instants as people say them."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

# What a log's reader would take for a command of its own: GitHub's runner obeys lines that begin so.
_COMMANDS = (("::", ": :"), ("##[", "# #["))
_TOKEN = re.compile(r"gp_[0-9A-Za-z_-]{20,}|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION = re.compile(r"([1-9]\d{0,5})([smhdw])")


def plain(text: object) -> str:
    """Returns one line without tokens, and without anything that a terminal, a log or a runner obeys."""
    visible = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in str(text)
        if unicodedata.category(sign) != "Cf"
    )
    line = _TOKEN.sub("(a token)", " ".join(visible.split()))
    for command, harmless in _COMMANDS:
        line = line.replace(command, harmless)
    return line


def duration(text: str) -> timedelta | None:
    """Returns the length of 14d, 12h, 30m, 45s or 2w; None for anything else."""
    match = DURATION.fullmatch(text)
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]]) if match else None


def day(instant: datetime) -> str:
    """Returns the day in UTC, as 2026-12-15."""
    return f"{instant.astimezone(UTC):%Y-%m-%d}"


def minute(instant: datetime) -> str:
    """Returns the minute, as 2026-12-15 16:00 UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ahead(instant: datetime, now: datetime) -> str:
    """Returns the time left, as in 3 days, in 5 hours or in 1 minute; never more than there is."""
    left = instant - now
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if (count := int(left.total_seconds() // length)) >= 1:
            return f"in {count} {unit}{'' if count == 1 else 's'}"
    return "in less than a minute" if left > timedelta() else "now"


def many(count: int, one: str, more: str | None = None) -> str:
    """Returns a number of things, as 1 concept or 2 concepts."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
