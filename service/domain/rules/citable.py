"""Which conversations something new may rest on: those of the portfolio that are neither erased nor
withdrawn."""

from service.domain.facts.model import Conversation
from service.domain.rules.review_outcomes import Objection


def unknown_conversation(field: str) -> Objection:
    """Returns the objection to a field that names a conversation that is not the portfolio's."""
    rule = "the concept's portfolio has no such conversation"
    remedy = "record it first with POST /v1/conversations, and give the id it answers"
    return Objection("invalid-request", field, rule, remedy)


def not_citable(conversation: Conversation | None, field: str) -> Objection | None:
    """Returns why this field may not name the conversation (None: there is none); None: it may."""
    if conversation is None:
        return unknown_conversation(field)
    if conversation.erased:
        detail = "The conversation was erased: only its tombstone stands."
        rule = "what was erased cannot be cited"
        return Objection("conversation-erased", field, rule, "cite another one", detail)
    if conversation.withdrawn:
        detail = "The conversation was withdrawn."
        rule = "a withdrawn conversation cannot be cited"
        return Objection("conversation-withdrawn", field, rule, "cite another one", detail)
    return None
