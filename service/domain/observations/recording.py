"""When conversations were recorded, beside when they were held."""

from collections.abc import Iterator
from datetime import timedelta

from service.domain.facts.model import Conversation
from service.domain.observations.detector import Detector, Sight, Sighting, about, end_of, ids_of

LATE = timedelta(days=14)
SITTING = timedelta(minutes=30)
DAYS_AFTER = timedelta(days=2)
TOGETHER = 3
EVE = timedelta(days=3)
SPANNED = 3
OLDER = timedelta(days=30)


def _recorded_late(sight: Sight) -> Iterator[Sighting]:
    late = [talk for talk in sight.talks if talk.recorded_at - end_of(talk) >= LATE]
    if late:
        count = f"{len(late)} of {len(sight.talks)}"
        message = f"{count} conversations were recorded {LATE.days} days or more after they were held."
        yield Sighting(message, about(conversations=ids_of(late)), late[-1].recorded_at)


def _recorded_together(sight: Sight) -> Iterator[Sighting]:
    for sitting in _sittings(sight):
        days = {talk.held_at.date() for talk in sitting}
        if len(sitting) >= TOGETHER and len(days) > 1:
            message = (
                f"{len(sitting)} conversations of {len(days)} days were recorded in one sitting, "
                f"{DAYS_AFTER.days} days or more after they were held."
            )
            named = about(conversations=ids_of(sitting), people=[sitting[0].author])
            yield Sighting(message, named, sitting[-1].recorded_at)


def _sittings(sight: Sight) -> Iterator[list[Conversation]]:
    """Conversations that one person recorded one soon after the other, days after they were held."""
    late = [talk for talk in sight.talks if talk.recorded_at - end_of(talk) >= DAYS_AFTER]
    sitting: list[Conversation] = []
    for talk in sorted(late, key=lambda each: (each.author, each.recorded_at, each.id)):
        is_next = sitting and sitting[-1].author == talk.author
        if not is_next or talk.recorded_at - sitting[-1].recorded_at > SITTING:
            yield sitting
            sitting = []
        sitting.append(talk)
    yield sitting


def _eve_of_gate(sight: Sight) -> Iterator[Sighting]:
    held = sorted(talk.held_at for talk in sight.talks)
    if len(held) >= SPANNED and held[-1] - held[0] < EVE:
        span = (held[-1] - held[0]).days + 1
        message = f"All {len(held)} conversations that count were held within {span} days."
        yield Sighting(message, about(conversations=ids_of(sight.talks)), sight.talks[-1].recorded_at)


def _older_than_concept(sight: Sight) -> Iterator[Sighting]:
    created = sight.facts.created_at
    older = [talk for talk in sight.talks if created - talk.held_at >= OLDER]
    if older:
        count = f"{len(older)} of {len(sight.talks)}"
        message = f"{count} conversations were held {OLDER.days} days or more before the concept was."
        yield Sighting(message, about(conversations=ids_of(older)), created)


DETECTORS = (
    Detector(
        "RECORDED_LATE",
        _recorded_late,
        "Notes may have been kept elsewhere first. Ask to see them; record the next talk on its day.",
        "conversations recorded long after they were held",
        threshold="14 days",
    ),
    Detector(
        "RECORDED_TOGETHER",
        _recorded_together,
        "Notes may have been kept elsewhere first, or imported. Ask to see them.",
        "several conversations written down in one sitting, days after they were held",
        threshold="3 conversations within 30 minutes of each other, 2 days after they were held",
    ),
    Detector(
        "EVE_OF_GATE",
        _eve_of_gate,
        "A sprint or a trade fair may be the reason. Ask what was heard before those days.",
        "all talks that count were held within a few days",
        threshold="3 conversations within 3 days",
    ),
    Detector(
        "OLDER_THAN_CONCEPT",
        _older_than_concept,
        "The talks may have led to the concept. Ask whether it was spoken of.",
        "conversations from well before the concept",
        threshold="30 days",
    ),
)
