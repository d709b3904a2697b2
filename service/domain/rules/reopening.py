"""What reopening takes: somebody was heard since the kill, in a talk that the process would count."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from schemas.process import Counts
from service.domain.criteria.eligibility import is_first_hand, of_conversation
from service.domain.criteria.wording import REASONS
from service.domain.facts.model import Conversation
from service.domain.rules.review_outcomes import Objection

KIND = "reopening-needs-conversation"
FIELD = "body.conversations"


def not_heard_since(
    killed_at: datetime, counts: Counts, team: frozenset[str], named: Sequence[Conversation], as_of: datetime
) -> list[Objection]:
    """Empty when one of the named was held after the kill and counts; else what speaks against each.

    What it says, and what it is cited for, is for those who decide to weigh.
    """
    wanted = f"a conversation that counts, held after {killed_at.isoformat()}"
    if not named:
        remedy = "talk with a customer, record it and name it; an admin may send an override with a reason"
        return [Objection(KIND, FIELD, f"must name {wanted}", remedy)]
    against = [list(_against(talk, killed_at, counts, team, as_of)) for talk in named]
    if not all(against):
        return []
    return [
        Objection(KIND, f"{FIELD}.{index}", " ".join(why), f"name {wanted}")
        for index, why in enumerate(against)
    ]


def _against(
    talk: Conversation, killed_at: datetime, counts: Counts, team: frozenset[str], as_of: datetime
) -> Iterable[str]:
    if talk.held_at <= killed_at:
        yield "It was held before the kill."
    if talk.held_at > as_of:
        yield REASONS["IN_FUTURE"]
    if counts.within_days and talk.held_at + timedelta(days=counts.within_days) <= as_of:
        yield REASONS["TOO_OLD"]
    if counts.first_hand and not is_first_hand(talk, team):
        yield REASONS["NOT_FIRST_HAND"]
    for code in of_conversation(talk, counts):
        yield REASONS[code]
