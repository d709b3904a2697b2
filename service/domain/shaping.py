"""Whether a citation says how the conversation shaped the decision, and whether it says it anew."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.domain.texts import alike

Shaped = Mapping[str, Any]


def is_shaped(shaped: Shaped | None) -> bool:
    """changed says from what to what; confirmed and dropped say what in the talk did it."""
    if shaped is None:
        return False
    if shaped["effect"] == "changed":
        before, after = alike(shaped["from"], shaped["to"])
        return bool(before and after and before != after)
    return bool(alike(shaped["note"])[0])


def copied_from(
    shaped: Shaped | None, conversation: str, earlier: Iterable[tuple[str, str, Shaped | None]]
) -> str | None:
    """The first earlier citation (id, conversation, shaped) with the same text, of another talk."""
    if not is_shaped(shaped):
        return None
    text = _text(shaped)
    for citation, other, before in earlier:
        if other != conversation and is_shaped(before) and _text(before) == text:
            return citation
    return None


def _text(shaped: Shaped | None) -> tuple[str, ...]:
    said = shaped or {}
    return alike(said.get("from"), said.get("to"), said.get("note"))
