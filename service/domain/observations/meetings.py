"""Conversations beside each other: who was where at the same time, and how long each one was."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter

from service.domain.facts.model import Conversation
from service.domain.observations.detector import Detector, Sight, Sighting, about, ids_of, overlap

LONG = 240
PER_DAY = 480
TALKS_PER_DAY = 6
SLICE = 5


def _pairs(talks: Sequence[Conversation]) -> Iterator[tuple[Conversation, Conversation]]:
    """Conversations that took place at the same time: the one that was recorded later, and the other."""
    by_start = sorted(talks, key=lambda talk: (talk.held_at, talk.id))
    for number, one in enumerate(by_start):
        for other in by_start[number + 1 :]:
            if not overlap(one, other):
                break
            pair = sorted((one, other), key=lambda talk: (talk.recorded_at, talk.id))
            yield pair[1], pair[0]


def _two_places(sight: Sight) -> Iterator[Sighting]:
    for later, earlier in _pairs(sight.talks):
        there = {each.person for each in later.attendees} & {each.person for each in earlier.attendees}
        if there and later.customer != earlier.customer:
            message = f"{len(there)} of those who attended were at another customer at the same time."
            named = about(
                conversations=[later.id, earlier.id],
                customers=[later.customer, earlier.customer],
                people=sorted(there),
            )
            yield Sighting(message, named, later.revised_at)


def _same_meeting(sight: Sight) -> Iterator[Sighting]:
    for later, earlier in _pairs(sight.talks):
        if later.customer == earlier.customer:
            message = "Two conversations with the same customer overlap in time."
            named = about(conversations=[later.id, earlier.id], customers=[later.customer])
            yield Sighting(message, named, later.revised_at)


def _marathon(sight: Sight) -> Iterator[Sighting]:
    for talk in sight.talks:
        if (talk.minutes or 0) >= LONG:
            message = f"The conversation is said to have taken {talk.minutes} minutes."
            yield Sighting(message, about(conversations=[talk.id]), talk.revised_at)
    by_day: defaultdict[tuple[date, str], list[Conversation]] = defaultdict(list)
    for talk in sight.talks:
        for each in talk.attendees:
            by_day[talk.held_at.date(), each.person].append(talk)
    for (day, person), talks in sorted(by_day.items(), key=itemgetter(0)):
        minutes = sum(talk.minutes or 0 for talk in talks)
        if len(talks) >= TALKS_PER_DAY or (len(talks) > 1 and minutes >= PER_DAY):
            message = f"One person attended {len(talks)} conversations of {minutes} minutes on {day}."
            # The last to be recorded is the one too many: one more never touches those before it.
            named = about(conversations=ids_of(talks[::-1]), people=[person])
            yield Sighting(message, named, talks[-1].revised_at)


def _thin_slice(sight: Sight) -> Iterator[Sighting]:
    decisions: defaultdict[str, set[str]] = defaultdict(set)
    for each in sight.cited:
        if not each.codes:
            decisions[each.conversation.id].add(each.citation.decision)
    for talk in sight.talks:
        shares = max(len(decisions[talk.id]), len(talk.participants))
        if shares > 1 and (talk.minutes or 0) < SLICE * shares:
            message = (
                f"{talk.minutes} minutes with {len(talk.participants)} participants are cited for "
                f"{len(decisions[talk.id])} decisions."
            )
            named = about(conversations=[talk.id], decisions=sorted(decisions[talk.id]))
            yield Sighting(message, named, talk.revised_at)


DETECTORS = (
    Detector(
        "TWO_PLACES",
        _two_places,
        "A time may have been mistyped, or somebody was named who was not there. Mend it by a revision.",
        "an attendee at two customers at once",
    ),
    Detector(
        "SAME_MEETING",
        _same_meeting,
        "One meeting may have been written down twice. Withdraw one, or correct its time.",
        "the same customer at the same time",
    ),
    Detector(
        "MARATHON",
        _marathon,
        "A workshop or a trade fair may be the reason. Ask for its agenda.",
        "a very long talk, or very many on one day",
        threshold="240 minutes, or 6 talks or 480 minutes of one person on a day",
    ),
    Detector(
        "THIN_SLICE",
        _thin_slice,
        "A short talk can settle one question, seldom many. Cite it for what it was about.",
        "few minutes for each decision that a talk is cited for, or for each participant",
        threshold="5 minutes for each",
    ),
)
