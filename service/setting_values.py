"""Values of settings: numbers are checked, and one that is wrong is named with what it must be."""

import re
from collections.abc import Callable

GetVariable = Callable[[str], str | None]
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
WHOLE = re.compile(r"[0-9]{1,9}")
HIGHEST_PORT = 65_535


class BadSetting(SystemExit):
    """A setting that cannot be used. The text names it, its rule and the remedy, never its value, which may
    be a secret."""


def seconds_of(
    name: str, variable: GetVariable, usual: float, most: float, *, is_zero_fine: bool = False
) -> float:
    """Returns a time in seconds. Raises BadSetting."""
    return number_of(name, variable, usual, most, "seconds", is_zero_fine=is_zero_fine)


def number_of(
    name: str, variable: GetVariable, usual: float, most: float, unit: str, *, is_zero_fine: bool = False
) -> float:
    """Returns a number of units. Raises BadSetting."""
    text = variable(name)
    if not text:
        return usual
    number = float(text) if NUMBER.fullmatch(text) else -1
    if 0 < number <= most or (number == 0 and is_zero_fine):
        return number
    least = "from 0" if is_zero_fine else "above 0 and"
    raise BadSetting(
        f"{name} must be a number of {unit} {least} up to {most:g}, as in 5 or 0.5:"
        f" correct it, or leave it out for {usual:g}."
    )


def port_of(name: str, variable: GetVariable, usual: int) -> int:
    """Returns the number of a port; 0: any that is free. Raises BadSetting."""
    text = variable(name)
    if not text:
        return usual
    if not WHOLE.fullmatch(text) or int(text) > HIGHEST_PORT:
        raise BadSetting(
            f"{name} must be a whole number up to {HIGHEST_PORT}: correct it, or leave it out for {usual}."
        )
    return int(text)
