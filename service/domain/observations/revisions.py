"""What became of conversations after they were recorded, where that favours the concept."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from schemas.process import Counts
from service.domain.criteria.admissible import reasons_against
from service.domain.facts.model import Conversation
from service.domain.observations.detector import Detector, Sight, Sighting, about

FAVOURABLE = ("segment", "relationship", "conducted_by", "attendees", "themes", "commitments", "past_spend")
"""Fields by which criteria filter: a revision of them may make a conversation count where it did not."""
OF_REASONS = ("kind", "minutes", "words", "participants", "colleagues", "consent", "solution_shown")
CONSENTS = ("none", "notes", "quote_internally", "quote_publicly")
A_DAY = timedelta(days=1)


def _revisions(sight: Sight) -> Iterator[tuple[Conversation, Conversation]]:
    """Each revision of a conversation that counts, with the one before it."""
    if not sight.facts.earlier:
        return
    counting = {talk.id: talk for talk in sight.talks}
    history: dict[str, list[Conversation]] = {}
    for earlier in sight.facts.earlier:
        if earlier.id in counting:
            history.setdefault(earlier.id, []).append(earlier)
    for id, before in history.items():
        for one, following in pairwise([*before, counting[id]]):
            if following.revision > one.revision:
                yield one, following


def _lifted(before: Conversation, after: Conversation, counts: Counts) -> list[str]:
    """The reasons not to count that a revision took away."""
    now = reasons_against(after, counts)
    lifted: list[str] = [code for code in reasons_against(before, counts) if code not in now]
    if counts.solution_unseen_for and before.solution_shown is not False and after.solution_shown is False:
        lifted.append("SOLUTION_SHOWN")
    return lifted


def _is_same(before: Any, after: Any) -> bool:
    """Lists are the same in any order."""
    return set(before) == set(after) if isinstance(before, tuple) else bool(before == after)


def _revised_into_counting(sight: Sight) -> Iterator[Sighting]:
    for before, after in _revisions(sight):
        codes = _lifted(before, after, sight.process.counts)
        fields = OF_REASONS if codes else FAVOURABLE
        changed = [name for name in fields if not _is_same(getattr(before, name), getattr(after, name))]
        if not changed:
            continue
        gone = f", and with it {', '.join(codes)}" if codes else ""
        message = f"Revision {after.revision} changed {', '.join(changed)}{gone}."
        yield Sighting(message, about(conversations=[after.id], people=[after.reviser]), after.revised_at)


def _redated(sight: Sight) -> Iterator[Sighting]:
    for before, after in _revisions(sight):
        if abs(after.held_at - before.held_at) >= A_DAY:
            dates = f"{after.held_at.date()}, and it was {before.held_at.date()} before"
            message = f"Revision {after.revision} dates it {dates}."
            yield Sighting(message, about(conversations=[after.id], people=[after.reviser]), after.revised_at)


def _consent_raised(sight: Sight) -> Iterator[Sighting]:
    lowered: set[str] = set()
    for before, after in _revisions(sight):
        earlier, later = CONSENTS.index(before.consent), CONSENTS.index(after.consent)
        if later < earlier:
            lowered.add(after.id)
        elif later > earlier and after.id in lowered:
            message = f"Consent was lowered, and raised to {after.consent} by revision {after.revision}."
            yield Sighting(message, about(conversations=[after.id], people=[after.reviser]), after.revised_at)


DETECTORS = (
    Detector(
        "REVISED_INTO_COUNTING",
        _revised_into_counting,
        "A slip may have been mended. Compare the revisions: GET /v1/conversations/{id}/revisions.",
        "a revision that took away a reason not to count, or changed what criteria filter by",
    ),
    Detector(
        "REDATED",
        _redated,
        "A date may have been mistyped. Compare it with a calendar.",
        "a revision that moved the conversation by a day or more",
        threshold="1 day",
    ),
    Detector(
        "CONSENT_RAISED",
        _consent_raised,
        "The customer may have agreed again. Ask whoever revised it how they know.",
        "consent that was lowered, and raised again later",
    ),
)
