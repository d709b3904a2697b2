"""The phrases of which criteria's sentences are made. Never a customer's words."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol


class Missing(Protocol):
    """A deficit, in whichever shape of the verdict."""

    @property
    def missing(self) -> int: ...
    @property
    def of(self) -> str: ...
    @property
    def where(self) -> Mapping[str, Any]: ...
    @property
    def held_after(self) -> date | str | None: ...


def plural(number: int, unit: str) -> str:
    """2 customers, 1 customer."""
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def more(number: int, unit: str) -> str:
    """2 more customers, 1 more customer."""
    return plural(number, unit).replace(" ", " more ", 1)


def filters(where: Mapping[str, Any]) -> str:
    """The filters as a list of phrases, each after a comma."""
    return "".join(f", {name.replace('_', ' ')} {_values(value)}" for name, value in where.items())


def _values(value: Any) -> str:
    if value is True:
        return "yes"
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def held(deficit: Missing) -> str:
    """The phrase with the day after which a conversation is recent enough; empty if any will do."""
    return f", held after {deficit.held_after}" if deficit.held_after else ""
