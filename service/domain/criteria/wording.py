"""What a criterion says to people: how it stands, and what would help. Never a customer's words."""

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


SINGULAR = {
    "conversations": "conversation",
    "customers": "customer",
    "participants": "participant",
    "segments": "segment",
    "weeks": "week",
    "quotes": "quote",
    "interviewers": "interviewer",
    "answers": "answer",
    "disconfirming conversations": "disconfirming conversation",
    "gates": "gate",
    "gatekeepers": "gatekeeper",
    "approvals": "approval",
}


def plural(number: int, unit: str) -> str:
    """2 customers, 1 customer."""
    return f"{number} {SINGULAR[unit] if number == 1 else unit}"


def filters(where: Mapping[str, Any]) -> str:
    """The filters as a list of phrases, each after a comma."""
    return "".join(f", {name.replace('_', ' ')} {_values(value)}" for name, value in where.items())


def _values(value: Any) -> str:
    if value is True:
        return "yes"
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def at_least(required: int, actual: int, unit: str, where: Mapping[str, Any]) -> str:
    return f"{actual} of {plural(required, unit)}{filters(where) if where else ''}."


def pattern(required: int, actual: int, segment: str | None) -> str:
    of = f"of segment {segment} share" if segment else "of one segment share"
    return f"{actual} of {plural(required, 'customers')} {of} a theme."


def contradictions(required: int, actual: int) -> str:
    if not required:
        return "Nothing cited contradicts."
    return f"{actual} of {plural(required, 'answers')} to what contradicts or is mixed."


def disconfirmation(required: int, actual: int, *, noted: bool) -> str:
    note = " (a signed note says that none was found)" if noted else ""
    return f"{actual} of {plural(required, 'disconfirming conversations')}{note}."


def approvals(required: int, actual: int) -> str:
    return f"{actual} of {plural(required, 'approvals')} by independent gatekeepers."


def remedy(kind: str, deficit: Missing) -> str:
    """What would be enough."""
    if kind == "contradictions":
        return "The decision's owner answers each citation listed under unanswered."
    if kind == "approvals":
        return (
            f"Ask {plural(deficit.missing, 'gatekeepers')} who neither recorded nor cited the evidence"
            " nor stated a decision; one of them with a recent talk of their own, where the process says so."
        )
    held = f", held after {deficit.held_after}" if deficit.held_after else ""
    if kind == "disconfirmation":
        return (
            f"Cite {plural(deficit.missing, 'conversations')} that do not simply agree{held},"
            " or sign a note that you sought one and found none."
        )
    if kind == "pattern":
        return f"Hear the same theme from {plural(deficit.missing, 'customers')} more of one segment{held}."
    more = f"{deficit.missing} more {plural(deficit.missing, deficit.of).split(' ', 1)[1]}"
    return f"Needed: {more}{filters(deficit.where)}{held}; record and cite what they said."
