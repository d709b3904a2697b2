"""The condition of a reopening: a customer conversation since the kill that the process counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from schemas.process import Counts
from service.domain.criteria.admissible import MESSAGES, Age, freshness, reasons_against
from service.domain.facts.model import Conversation
from service.domain.facts.teams import Teams
from service.domain.rules.review_outcomes import Objection

PROBLEM_TYPE = "reopening-needs-conversation"
FIELD = "body.conversations"


def reopening_objections(
    killed_at: datetime, counts: Counts, teams: Teams, named: Sequence[Conversation], as_of: datetime
) -> list[Objection]:
    """Returns nothing if one of the named conversations was held after the kill and counts; else the
    objections to each of them.

    The content of the conversation, and what it is cited for, is for those who decide to weigh.
    """
    wanted = f"a conversation that counts, held after {killed_at.isoformat()}"
    if not named:
        remedy = "talk with a customer, record it and name it; an admin may send an override with a reason"
        return [Objection(PROBLEM_TYPE, FIELD, f"must name {wanted}", remedy)]
    against = [list(_against(talk, killed_at, counts, teams, as_of)) for talk in named]
    if not all(against):
        return []
    return [
        Objection(PROBLEM_TYPE, f"{FIELD}.{index}", " ".join(why), f"name {wanted}")
        for index, why in enumerate(against)
    ]


def _against(
    talk: Conversation, killed_at: datetime, counts: Counts, teams: Teams, as_of: datetime
) -> Iterable[str]:
    if talk.held_at <= killed_at:
        yield "It was held before the kill."
    age = Age(freshness(counts.within_days), as_of)
    yield from (MESSAGES[code] for code in reasons_against(talk, counts, teams, age))
