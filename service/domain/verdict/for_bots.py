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
    "not_counted": {"__all__": {"message"}},
}
"""What bots are not shown. Whatever else is in the document has to have its place in theirs."""


def for_bots(verdict: Readiness) -> BotReadiness:
    """Returns the verdict in the bots' shape."""
    return BotReadiness.model_validate(verdict.model_dump(exclude=WORDS))
