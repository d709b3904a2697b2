"""What a launch rests on, and which conversations may say what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Counts, Process
from service.domain.criteria.admissible import FOR_GOOD, MESSAGES, Age, reasons_against
from service.domain.facts.model import Conversation, Review
from service.domain.facts.progress import progress_of
from service.domain.facts.teams import Teams

BEFORE_LAUNCH = "It was held before the launch."


class Launch(NamedTuple):
    """The go that launched a concept. `versions`: the decisions as they had last passed by then."""

    at: datetime
    versions: Mapping[str, int]


def launch_of(process: Process, reviews: Sequence[Review]) -> Launch | None:
    """None unless the concept is launched now. `reviews`: those that were accepted, in order."""
    if progress_of(process, reviews).launched_at is None:
        return None
    gos = [review for review in reviews if review.outcome == "go"]
    last = launching(process, [review.gate for review in gos])
    if last is None:
        return None
    return Launch(gos[last].at, launched_versions(review.versions for review in gos[: last + 1]))


def launching(process: Process, gates: Sequence[str | None]) -> int | None:
    """Which of these gos, in order, is the launch: the last one at the gate marked so."""
    launches = [gate.key for gate in process.gates if gate.launch]
    return max((index for index, gate in enumerate(gates) if gate in launches), default=None)


def launched_versions(passed: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Each decision as it last passed. `passed`: what each go judged, in order."""
    return {key: version for each in passed for key, version in each.items()}


def speaks_against(
    talk: Conversation, counts: Counts, teams: Teams, launched_at: datetime, now: datetime
) -> str | None:
    """Returns why a conversation says nothing of what became of a decision; None when it may.

    It has to be a talk that the process would count, held since the launch; whatever was shown in it.
    """
    codes = reasons_against(talk, counts, teams, Age(FOR_GOOD, now))
    if codes:
        return f"{codes[0]}: {MESSAGES[codes[0]]}"
    return BEFORE_LAUNCH if talk.held_at < launched_at else None
