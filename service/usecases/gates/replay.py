"""Replay of a review: compares its frozen verdict with the one that follows from the log."""

from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, Row

from schemas.readiness import Readiness, WhyNot
from schemas.review import Replay
from service.domain.facts.fold import gather
from service.domain.proof.difference import WHOLE, first_difference
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewFacts
from service.domain.verdict.readiness import verdict
from service.store.nouns import reviews
from service.store.reading.history import history, of_reviews
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.errors import require
from service.usecases.gates.review_views import with_words, without_words
from service.usecases.gates.reviews import no_review
from service.usecases.processes.processes import published
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import case_at

KILLED_AS_FIRST_WORDED = WhyNot(code="CONCEPT_KILLED", message="The concept was killed; reopen it first.")
"""The reason as verdicts gave it before reopening took a conversation."""

_SORTED = orjson.OPT_SORT_KEYS


class Replayed(NamedTuple):
    """The verdict worked out again (None: nothing is recorded that it could rest on), and the JSON pointer of
    the first place where the frozen one differs from it."""

    again: Readiness | None
    difference: str | None


def replay(db: Database, caller: Caller, concept_key: str, review_id: str) -> Replay:
    """Judge again what that review judged, from the log alone, and compare, words aside."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        row = require(reviews.find(connection, concept.id, review_id), no_review)
        entry = of_reviews(connection, concept.id).get(review_id)
        again, difference = replayed(db, connection, concept, entry, row.readiness)
        return Replay(
            review=review_id,
            identical=difference is None,
            difference=difference,
            position=entry.seq - 1 if entry else None,
            as_of=entry.at if entry else None,
            process=again.process if again else None,
        )


def replayed(
    db: Database,
    connection: Connection,
    concept: Row[Any],
    entry: LogEntry[ReviewFacts] | None,
    document: str,
) -> Replayed:
    """A review's frozen verdict, as the document that is stored, against everything before its event."""
    try:
        frozen = orjson.loads(document)
    except orjson.JSONDecodeError:
        frozen = None
    again = _recomputed(db, connection, concept, entry, frozen) if entry else None
    return Replayed(again, WHOLE if again is None else difference_of(frozen, again))


def _recomputed(
    db: Database, connection: Connection, concept: Row[Any], entry: LogEntry[ReviewFacts], frozen: Any
) -> Readiness | None:
    """The verdict on everything before that event, by the process that the concept then went by.

    Where the log knows, the log is asked, and not the document that is in doubt.
    """
    facts = gather(history(connection, concept, position=entry.seq - 1), entry.event.edition)
    judged_by = published(db, connection, facts.process_key, facts.process_version) if facts else None
    if facts is None or judged_by is None:
        return None
    gate = entry.event.gate or (frozen.get("gate") if isinstance(frozen, dict) else None)
    return verdict(case_at(connection, judged_by, facts, gate), judged_by.process, entry.at)


def difference_of(frozen: Any, again: Readiness) -> str | None:
    """The first JSON pointer at which a frozen verdict differs from the one worked out today; None: they are
    equal."""
    stated, anew = _with_defaults(frozen, again), _plain(again)
    # Their bytes are compared in a tenth of the time that it takes to look for the place.
    are_equal = orjson.dumps(stated, option=_SORTED) == orjson.dumps(anew, option=_SORTED)
    return None if are_equal else first_difference(stated, anew)


def _with_defaults(frozen: Any, again: Readiness) -> Any:
    """The frozen verdict with the fields of later versions at their defaults; unchanged if it is no
    verdict."""
    try:
        stated = with_words(orjson.loads(orjson.dumps(frozen)), {}, {})
    except (ValidationError, AttributeError, KeyError, TypeError):
        return frozen
    first, why_not = KILLED_AS_FIRST_WORDED, again.not_evaluable
    if stated.not_evaluable == first and why_not and why_not.code == first.code:
        # The same is said of it in other words today.
        stated = stated.model_copy(update={"not_evaluable": why_not})
    return _plain(stated)


def _plain(readiness: Readiness) -> Any:
    return orjson.loads(without_words(readiness))
