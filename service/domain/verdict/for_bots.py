"""The verdict without a word that a customer or a colleague wrote."""

from typing import Any

from schemas.bot_readiness import BotReadiness
from schemas.readiness import Readiness

_OF_CRITERIA: Any = {
    "__all__": {"message": True, "remedy": True, "shared": True, "deficit": {"where": {"theme"}}}
}
WORDS: Any = {
    "gate_title": True,
    "decisions": {"__all__": {"title": True, "statement": True, "remedy": True, "criteria": _OF_CRITERIA}},
    "gate_criteria": _OF_CRITERIA,
    "not_counted": {"__all__": {"message", "remedy"}},
    "observations": {"__all__": {"message", "remedy"}},
}
"""What bots are not shown. Whatever else is in the document has to have its place in theirs."""

COUNTS = ("found", "required")
"""Shown to bots where they are numbers."""


def for_bots(verdict: Readiness) -> BotReadiness:
    """Returns the verdict in the bots' shape."""
    document = verdict.model_dump(exclude=WORDS)
    for each in document["not_counted"]:
        each |= {name: each[name] if isinstance(each[name], int) else None for name in COUNTS}
    return BotReadiness.model_validate(document)
