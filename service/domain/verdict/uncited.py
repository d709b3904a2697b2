"""Conversations that the team held with fitting customers and nobody cited: good news only is visible."""

from collections.abc import Iterable
from datetime import datetime

from schemas.process import Counts
from service.domain.facts.concerns import cited
from service.domain.facts.model import Conversation, Facts


def uncited(facts: Facts, counts: Counts, since: datetime | None) -> list[Conversation]:
    """The uncited conversations since the last gate (else since the concept), in the order of recording."""
    return _fitting(facts.conversations.values(), facts, counts, since)


def uncited_earlier(facts: Facts, counts: Counts, since: datetime | None) -> list[Conversation]:
    """Those uncited until they were revised, withdrawn or erased: that event counts for `position`."""
    return _fitting(facts.earlier, facts, counts, since)


def _fitting(
    conversations: Iterable[Conversation], facts: Facts, counts: Counts, since: datetime | None
) -> list[Conversation]:
    used = cited(facts)
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
        and by_team(conversation, facts.team)
    ]


def by_team(conversation: Conversation, team: frozenset[str]) -> bool:
    """Returns whether somebody of the team recorded or attended it."""
    return conversation.author in team or any(attendee.person in team for attendee in conversation.attendees)
