"""Examples that work when clicked, in this order, on the portfolio that `make run` loads."""

from typing import Any, TypeAlias

from fastapi import Path
from fastapi.openapi.models import Example

Choice: TypeAlias = tuple[Any, str]
"""A value, and what choosing it shows."""

BERTH_SWAP = ("berth-swap", "berth-swap: blocked at G1")
WILL_IT_SAIL = ("will-it-sail", "will-it-sail: ready for G2")
HONESTY_BOX = ("honesty-box", "honesty-box: ready for S3, but not for long")
LEFT_ABOARD = ("left-aboard", "left-aboard: passed S1 on a condition that is overdue")
FOG_BELL = ("fog-bell", "fog-bell: killed at S1")
TIDE_NOTE = ("tide-note", "tide-note: launched, with verdicts on most of its decisions")
TARIFF_RADAR = ("tariff-radar", "tariff-radar: yours, once you have created it")


def choices(*shown: Choice) -> dict[str, Example]:
    """Returns examples of a parameter: the first stands in the field, the others can be picked."""
    return {str(value): {"summary": about, "value": value} for value, about in shown}


def path(description: str, *shown: Choice, **rules: Any) -> Any:
    """Returns a path parameter with its examples."""
    return Path(description=description, openapi_examples=choices(*shown), **rules)


def example(**body: Any) -> dict[str, Any]:
    """Returns the example of a body that works when clicked."""
    return {"requestBody": {"content": {"application/json": {"example": body}}}}


def choice(about: str, **body: Any) -> Choice:
    """Returns the example of a body, named by what stands in front of the colon."""
    return body, about


def examples(*shown: Choice) -> dict[str, Any]:
    """Returns examples of bodies to pick from; the first one stands in the field."""
    named = {about.partition(":")[0]: {"summary": about, "value": body} for body, about in shown}
    return {"requestBody": {"content": {"application/json": {"examples": named}}}}
