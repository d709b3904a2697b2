"""Conversations that something new may rest on."""

from sqlalchemy import Connection

from service.domain.rules.citable import not_citable
from service.store.nouns import conversations
from service.usecases.errors import objected


def require_citable(tx: Connection, portfolio: str, conversation_id: str, field: str) -> None:
    """Refused when the portfolio has no such conversation, or it was erased or withdrawn."""
    row = conversations.find(tx, conversation_id)
    if row is not None and row.portfolio != portfolio:
        row = None
    objection = not_citable(None if row is None else conversations.as_it_stands(row), field)
    if objection is not None:
        raise objected(objection)
