"""Where two JSON documents begin to differ: a place, never what stands there."""

from collections.abc import Mapping, Sequence
from typing import Any

WHOLE = ""
"""The JSON pointer of a document as a whole."""


def first_difference(expected: Any, actual: Any, place: str = WHOLE) -> str | None:
    """The JSON pointer (RFC 6901) of the first difference; None: there is none.

    What only `expected` has is told by where it stands and not by its name, which may be anybody's words.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return _of_objects(expected, actual, place)
    if isinstance(expected, list) and isinstance(actual, list):
        return _of_lists(expected, actual, place)
    return None if type(expected) is type(actual) and expected == actual else place


def _of_objects(expected: Mapping[str, Any], actual: Mapping[str, Any], place: str) -> str | None:
    for name, value in actual.items():
        here = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in expected:
            return here
        place_within = first_difference(expected[name], value, here)
        if place_within is not None:
            return place_within
    return None if expected.keys() <= actual.keys() else place


def _of_lists(expected: Sequence[Any], actual: Sequence[Any], place: str) -> str | None:
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        place_within = first_difference(one, other, f"{place}/{index}")
        if place_within is not None:
            return place_within
    return None if len(expected) == len(actual) else f"{place}/{min(len(expected), len(actual))}"
