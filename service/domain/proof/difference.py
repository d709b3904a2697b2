"""Where two JSON documents first differ: a JSON pointer, never the values."""

from collections.abc import Mapping, Sequence
from typing import Any

WHOLE = ""
"""The JSON pointer of a document as a whole."""


def first_difference(expected: Any, actual: Any, pointer: str = WHOLE) -> str | None:
    """The JSON pointer (RFC 6901) of the first difference; None: there is none.

    What only `expected` has is told by where it stands and not by its name, which may be anybody's words.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return _of_objects(expected, actual, pointer)
    if isinstance(expected, list) and isinstance(actual, list):
        return _of_lists(expected, actual, pointer)
    return None if type(expected) is type(actual) and expected == actual else pointer


def _of_objects(expected: Mapping[str, Any], actual: Mapping[str, Any], pointer: str) -> str | None:
    for name, value in actual.items():
        here = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in expected:
            return here
        within = first_difference(expected[name], value, here)
        if within is not None:
            return within
    return None if expected.keys() <= actual.keys() else pointer


def _of_lists(expected: Sequence[Any], actual: Sequence[Any], pointer: str) -> str | None:
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        within = first_difference(one, other, f"{pointer}/{index}")
        if within is not None:
            return within
    return None if len(expected) == len(actual) else f"{pointer}/{min(len(expected), len(actual))}"
