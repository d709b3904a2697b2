"""Whether a citation says how the conversation shaped the decision, and whether it says it anew."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from service.domain.texts.measures import alike

Shaped = Mapping[str, Any]


def is_shaped(shaped: Shaped | None) -> bool:
    """changed says from what to what; confirmed and dropped say what in the talk did it."""
    if shaped is None:
        return False
    if shaped["effect"] == "changed":
        before, after = alike(shaped["from"], shaped["to"])
        return bool(before and after and before != after)
    return bool(alike(shaped["note"])[0])


class Earlier(NamedTuple):
    """A citation made before on the same decision. `about`: its conversation and statement's version."""

    citation: str
    about: tuple[str, int]
    text: tuple[str, ...] | None
    """What it says, as compared; None where it is not shaped."""


def copied_from(shaped: Shaped | None, about: tuple[str, int], earlier: Iterable[Earlier]) -> str | None:
    """The first earlier citation with the same text.

    Citing the same talk again for the same statement, after a withdrawal, copies nothing; for a new
    statement it has to say why it still holds.
    """
    text = says(shaped)
    if text is None:
        return None
    for each in earlier:
        if each.about != about and each.text == text:
            return each.citation
    return None


def says(shaped: Shaped | None) -> tuple[str, ...] | None:
    """The text that would be copied; None where it is not shaped."""
    if shaped is None or not is_shaped(shaped):
        return None
    if shaped.get("effect") != "changed":
        return alike(shaped.get("note"))
    return alike(shaped.get("from"), shaped.get("to"), shaped.get("note"))
