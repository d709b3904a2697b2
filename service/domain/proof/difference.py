"""Where two JSON documents begin to differ: a place, never what stands there."""

from collections.abc import Mapping, Sequence
from typing import Any

WHOLE = ""
"""The JSON pointer of a document as a whole."""


def first_difference(said: Any, again: Any, place: str = WHOLE) -> str | None:
    """The JSON pointer (RFC 6901) of the first difference; None: there is none.

    What only `said` has is told by where it stands and not by its name, which may be anybody's words.
    """
    if isinstance(said, Mapping) and isinstance(again, Mapping):
        return _of_objects(said, again, place)
    if isinstance(said, list) and isinstance(again, list):
        return _of_lists(said, again, place)
    return None if type(said) is type(again) and said == again else place


def _of_objects(said: Mapping[str, Any], again: Mapping[str, Any], place: str) -> str | None:
    for name, value in again.items():
        here = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in said:
            return here
        found = first_difference(said[name], value, here)
        if found is not None:
            return found
    return None if said.keys() <= again.keys() else place


def _of_lists(said: Sequence[Any], again: Sequence[Any], place: str) -> str | None:
    for index, (one, other) in enumerate(zip(said, again, strict=False)):
        found = first_difference(one, other, f"{place}/{index}")
        if found is not None:
            return found
    return None if len(said) == len(again) else f"{place}/{min(len(said), len(again))}"
