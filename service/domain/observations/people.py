"""Who recorded, cited, attended and decided."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.domain.facts.approvals import last_words
from service.domain.facts.model import Conversation
from service.domain.observations.detector import Detector, Sight, Sighting, about, ids_of

SALES = "sales"
QUICK = timedelta(minutes=1)


def _sales_only(sight: Sight) -> Iterator[Sighting]:
    only = [
        talk
        for talk in sight.talks
        if talk.attendees and all(each.function.casefold() == SALES for each in talk.attendees)
    ]
    if only:
        message = f"{len(only)} of {len(sight.talks)} conversations were attended by sales only."
        yield Sighting(message, about(conversations=ids_of(only)), only[-1].revised_at)


def _not_there(sight: Sight) -> Iterator[Sighting]:
    absent = [talk for talk in sight.talks if talk.author not in _there(talk)]
    counting = [each for each in sight.cited if not each.codes]
    citers = [each for each in counting if each.citation.citer not in _there(each.conversation)]
    if not absent and not citers:
        return
    message = (
        f"{len(absent)} of {len(sight.talks)} conversations were recorded, and {len(citers)} citations made, "
        "by somebody who did not attend."
    )
    named = about(
        conversations=ids_of(absent),
        citations=[each.citation.id for each in citers],
        people=[*(talk.author for talk in absent), *(each.citation.citer for each in citers)],
    )
    since = [*(talk.recorded_at for talk in absent), *(each.citation.at for each in citers)]
    yield Sighting(message, named, max(since))


def _there(talk: Conversation) -> set[str]:
    return {*talk.attendees_ever, *(each.person for each in talk.attendees)}


def _alone(sight: Sight) -> Iterator[Sighting]:
    facts = sight.facts
    for review in facts.reviews:
        if review.outcome != "go" or sight.progress.passed.get(review.gate or "") != review.at:
            continue
        parts = _parts_of(sight, review.decider, review.at)
        if parts:
            message = f"Whoever decided {review.gate} also {', '.join(parts)} what it rests on."
            yield Sighting(message, about(people=[review.decider], reviews=[review.id]), review.at)


def _parts_of(sight: Sight, person: str, by: datetime) -> list[str]:
    """What this person had done by then of what the concept rests on."""
    cited = [each for each in sight.cited if each.citation.at <= by and not each.citation.withdrawn]
    decisions = sight.facts.decisions.values()
    parts = {
        "stated": any(each.stated_by == person for each in decisions),
        "owns": any(each.owner == person for each in decisions),
        "recorded": any(each.conversation.author == person for each in cited),
        "cited": any(each.citation.citer == person for each in cited),
    }
    return [part for part, is_so in parts.items() if is_so]


def _quick_vote(sight: Sight) -> Iterator[Sighting]:
    cited = [each.citation for each in sight.cited]
    for vote in last_words(sight.facts, sight.gate.key):
        before = [each for each in cited if each.at <= vote.at]
        last = max(before, key=lambda each: each.at, default=None)
        if vote.counts and last is not None and vote.at - last.at < QUICK:
            message = "A vote was given within a minute of the last citation before it."
            yield Sighting(message, about(citations=[last.id], people=[vote.by]), vote.at)


DETECTORS = (
    Detector(
        "ALONE",
        _alone,
        "A small team may have nobody else. Let somebody independent decide the next gate.",
        "a gate that was decided by whoever stated, owns, recorded or cited what it rests on",
    ),
    Detector(
        "QUICK_VOTE",
        _quick_vote,
        "It may have been discussed before. Ask what the voter read.",
        "a vote within a minute of the last citation",
        threshold="1 minute",
    ),
    Detector(
        "NOT_THERE",
        _not_there,
        "Somebody may have written down for others. Ask those who attended.",
        "conversations recorded or cited by somebody who did not attend",
    ),
    Detector(
        "SALES_ONLY",
        _sales_only,
        "Sales may have brought the contact. Join the next talk.",
        "conversations that only sales attended",
    ),
)
