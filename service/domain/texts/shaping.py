"""Whether a citation says how the conversation shaped the decision, and whether it says it anew."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from service.domain.texts.folding import fold
from service.domain.texts.measures import Wording, same_wording, says_enough, says_something, wording

Shaped = Mapping[str, Any]


def is_shaped(shaped: Shaped | None) -> bool:
    """changed says from what to what; confirmed and dropped say what in the talk did it. A change may be of
    one sign, so that all its texts together have to say enough."""
    if shaped is None:
        return False
    if shaped["effect"] != "changed":
        return says_enough(shaped["note"])
    before, after = shaped["from"], shaped["to"]
    is_change = says_something(before) and says_something(after) and fold(before) != fold(after)
    return is_change and says_enough(_whole(shaped))


class Earlier(NamedTuple):
    """A citation made before in the concept. `about`: its conversation, decision and the version of the
    statement."""

    citation: str
    about: tuple[str, str, int]
    text: Wording | None
    """What it says; None where it is not shaped."""


def copied_from(shaped: Shaped | None, about: tuple[str, str, int], earlier: Iterable[Earlier]) -> str | None:
    """The first earlier citation with the same text, small changes aside.

    Citing the same talk again for the same statement, after a withdrawal, copies nothing; for a new
    statement it has to say why it still holds.
    """
    text = says(shaped)
    if text is None:
        return None
    for each in earlier:
        if each.about != about and each.text is not None and same_wording(text, each.text):
            return each.citation
    return None


def says(shaped: Shaped | None) -> Wording | None:
    """The text that would be copied: the note; without one, the change itself, which several talks may bring
    about. None where it is not shaped."""
    if shaped is None or not is_shaped(shaped):
        return None
    return wording(shaped.get("note") or _whole(shaped))


def _whole(shaped: Shaped) -> str:
    return "\n".join(filter(None, (shaped.get("from"), shaped.get("to"), shaped.get("note"))))
