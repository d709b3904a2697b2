"""The concept as a whole: what contradicts it, what its gates rest on, and what was changed about it."""

from collections.abc import Iterator
from datetime import datetime

from schemas.vocabulary import AGAINST
from service.domain.criteria.admissible import AssessedCitation
from service.domain.facts.model import Facts
from service.domain.observations.detector import Detector, Sight, Sighting, about

CONFIRMED_TALKS = 5


def _unanswered(sight: Sight) -> Iterator[Sighting]:
    waiting = [each for each in sight.cited if _is_unanswered(each, sight.facts)]
    if waiting:
        elsewhere = sum(each.citation.decision not in sight.asked for each in waiting)
        message = (
            f"{len(waiting)} citations that contradict or are mixed have no answer; "
            f"{elsewhere} of them at decisions that this gate does not ask for."
        )
        named = about(
            citations=[each.citation.id for each in waiting],
            conversations=[each.conversation.id for each in waiting],
            decisions=[each.citation.decision for each in waiting],
        )
        yield Sighting(message, named, min(each.citation.at for each in waiting))


def _is_unanswered(each: AssessedCitation, facts: Facts) -> bool:
    citation = each.citation
    if citation.stance not in AGAINST or each.conversation.erased:
        return False
    return (citation.id, facts.decisions[citation.decision].version) not in facts.answered


def _evidence_gone(sight: Sight) -> Iterator[Sighting]:
    for review in sight.facts.reviews:
        if review.outcome != "go" or sight.progress.passed.get(review.gate or "") != review.at:
            continue
        gone = [(each, at) for each in sight.cited if (at := _gone_since(each, review.at))]
        if gone:
            rested = sum(_stood_at(each, review.at) for each in sight.cited)
            message = (
                f"{len(gone)} of {rested} citations that stood when {review.gate} was passed "
                "were withdrawn or erased since."
            )
            named = about(
                citations=[each.citation.id for each, _ in gone],
                conversations=[each.conversation.id for each, _ in gone],
                reviews=[review.id],
            )
            yield Sighting(message, named, max(at for _, at in gone))


def _stood_at(each: AssessedCitation, instant: datetime) -> bool:
    ends = filter(None, (each.citation.withdrawn_at, each.conversation.ended_at))
    return each.citation.at <= instant and all(end > instant for end in ends)


def _gone_since(each: AssessedCitation, instant: datetime) -> datetime | None:
    """When a citation that stood at this instant was withdrawn or erased; None: it stands, or never did."""
    if not _stood_at(each, instant):
        return None
    return min(filter(None, (each.citation.withdrawn_at, each.conversation.ended_at)), default=None)


def _all_confirmed(sight: Sight) -> Iterator[Sighting]:
    counting = [each for each in sight.cited if not each.codes and each.citation.effect is not None]
    talks = {each.conversation.id for each in counting}
    if len(talks) < CONFIRMED_TALKS or any(each.citation.effect != "confirmed" for each in counting):
        return
    if any(each.citation.stance in AGAINST for each in sight.cited):
        return
    message = f"All {len(counting)} citations of {len(talks)} conversations confirm; none changed anything."
    named = about(citations=[each.citation.id for each in counting])
    yield Sighting(message, named, max(each.citation.at for each in counting))


def _concept_changed(sight: Sight) -> Iterator[Sighting]:
    since = sight.last_go or sight.facts.created_at
    changes = [each for each in sight.facts.changes if each.what != "process" and each.at > since]
    if changes:
        fields = sorted({each.what for each in changes})
        start = "the last gate" if sight.last_go else "it was entered"
        message = f"The concept's {' and '.join(fields)} changed since {start}."
        yield Sighting(message, about(people=[each.person for each in changes]), changes[-1].at)


def _process_changed(sight: Sight) -> Iterator[Sighting]:
    moves = [each for each in sight.facts.changes if each.what == "process"]
    if not moves:
        return
    earlier = [gate for gate, at in sight.progress.passed.items() if at < moves[-1].at]
    since = f"; {', '.join(earlier)} passed by other rules" if earlier else ""
    message = f"The concept was moved to other rules {len(moves)} times{since}."
    yield Sighting(message, about(people=[each.person for each in moves]), moves[-1].at)


DETECTORS = (
    Detector(
        "EVIDENCE_GONE",
        _evidence_gone,
        "Evidence may have been withdrawn for good reasons. Ask whether the gate would be passed without it.",
        "evidence of a passed gate that was withdrawn or erased since",
    ),
    Detector(
        "UNANSWERED",
        _unanswered,
        "The decisions' owners answer each: POST /v1/concepts/{concept}/citations/{citation}/answer.",
        "contradictions of any decision that nobody answered, whatever this gate asks for",
    ),
    Detector(
        "ALL_CONFIRMED",
        _all_confirmed,
        "It may be that good. Ask what would have changed a decision.",
        "talks of which none changed or dropped anything",
        threshold="5 conversations",
    ),
    Detector(
        "PROCESS_CHANGED",
        _process_changed,
        "An admin moved it. Ask why, and read the gates that were passed before.",
        "a concept that was moved to another process or version",
    ),
    Detector(
        "CONCEPT_CHANGED",
        _concept_changed,
        "Teams and segments change. Ask what it means for what was heard before.",
        "another team or other segments since the last gate",
    ),
)
