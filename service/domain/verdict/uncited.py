"""Conversations that the team held with fitting customers and nobody cited: good news only is visible."""

from collections.abc import Iterable
from datetime import datetime

from schemas.process import Counts
from service.domain.facts.concerns import cited
from service.domain.facts.model import Conversation, Facts
from service.domain.facts.teams import is_attended_by


def uncited(
    conversations: Iterable[Conversation], facts: Facts, counts: Counts, since: datetime | None
) -> list[Conversation]:
    """The uncited ones of these, recorded since the last gate (else since the concept), in their order."""
    used, team = cited(facts), facts.team
    start = since or facts.created_at
    return [
        conversation
        for conversation in conversations
        if conversation.id not in used
        and conversation.recorded_at >= start
        and conversation.kind in counts.kinds
        and conversation.segment in facts.segments
        and not conversation.withdrawn
        and not conversation.erased
        and (conversation.author in team or is_attended_by(conversation, team))
    ]
