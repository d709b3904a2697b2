"""What a validation error means, without the value that was sent."""

import re
from collections.abc import Sequence

from pydantic_core import ErrorDetails

from schemas.base import KEY_PATTERN
from schemas.process import KINDS

MAX_ERRORS = 50
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

NO_CRITERION = (
    "this is no criterion that Gateproof knows",
    f"a criterion is one of: {', '.join(KINDS)}",
)
KNOWN = {
    "union_tag_not_found": NO_CRITERION,
    "union_tag_invalid": NO_CRITERION,
    "extra_forbidden": ("this field is not known here", "remove it, or check its spelling"),
    "missing": ("this field is required", "add it"),
    "json_invalid": ("the body is not well-formed JSON", "mend the syntax"),
    "string_unicode": ("the text holds a lone surrogate", "send well-formed Unicode"),
}
NO_KEY = (
    "may hold letters, digits, dots, dashes and underscores only, 64 at most",
    "use such a name",
)


def explained(kind: str, message: str) -> tuple[str, str]:
    """Rule and remedy of an error, from pydantic's name for it and its message."""
    if kind in KNOWN:
        return KNOWN[kind]
    if kind == "string_pattern_mismatch" and KEY_PATTERN in message:
        return NO_KEY
    if kind == "value_error":
        rule, _, remedy = message.removeprefix("Value error, ").partition("; ")
        return rule, remedy or "correct it"
    return message[:1].lower() + message[1:], "correct it; /docs shows what is expected"


def dotted(path: Sequence[str | int]) -> str:
    """The place of a value, as in body.quotes.0.text. A part that is no name may be somebody's words: a ?
    for it."""
    return ".".join(str(part) if NAME.fullmatch(str(part)) else "?" for part in path)


def follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Returns whether a list is too short only because what stands in it was refused."""
    path = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(path)] == path and other is not detail for other in details
    )
