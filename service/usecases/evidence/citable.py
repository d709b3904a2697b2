"""Conversations that something new may rest on: those of the portfolio that are still there to be read."""

from typing import Any

from sqlalchemy import Connection, Row

from schemas.problem import FieldProblem
from service.store.nouns import conversations
from service.usecases.errors import Refused, invalid


def require_usable(tx: Connection, portfolio: str, conversation_id: str, field: str) -> Row[Any]:
    """The conversation; refused when the portfolio has none such, or it was erased or withdrawn."""
    conversation = conversations.find(tx, conversation_id)
    if conversation is None or conversation.portfolio != portfolio:
        raise invalid(
            field,
            "the concept's portfolio has no such conversation",
            "record it first with POST /v1/conversations, and give the id it answers",
        )
    if conversation.erased_at is not None:
        wrong = FieldProblem(field=field, rule="what was erased cannot be cited", remedy="cite another one")
        raise Refused("conversation-erased", "The conversation was erased: only its tombstone stands.", wrong)
    if conversation.withdrawn_at is not None:
        rule = "a withdrawn conversation cannot be cited"
        wrong = FieldProblem(field=field, rule=rule, remedy="cite another one")
        raise Refused("conversation-withdrawn", "The conversation was withdrawn.", wrong)
    return conversation
