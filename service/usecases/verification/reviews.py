"""Are reviews what the log says, do their verdicts follow from it, and are the goes among them attested?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from schemas.audit import FindingCode
from schemas.readiness import Readiness
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewDecided, ReviewFacts
from service.store.nouns import concepts
from service.store.reading import leaps, raw_decisions, raw_reviews
from service.store.sql.columns import micros
from service.usecases.gates.replay import Replayed, replayed
from service.usecases.gates.review_views import with_words
from service.usecases.verification.attestations import SigningKeys, objection, signing_keys_of
from service.usecases.verification.decisions import stated_by_concept
from service.usecases.verification.events import UNREADABLE, entry_of, require_lists
from service.usecases.verification.run import Run

Deciding = LogEntry[ReviewFacts]
UNREPLAYED = Replayed(None, "")


def verify_reviews(run: Run, chain_id: int, chain: str) -> None:
    """Every review that a chain's events speak of, some at a time."""
    keys, done = signing_keys_of(run.connection), 0
    ends = leaps.ends_of(run.connection, chain)
    for page in raw_reviews.deciding_events(run.connection, chain_id):
        deciding: dict[str, tuple[Deciding, Any]] = {
            entry.event.review: (entry, row.content)
            for row in page
            if (entry := entry_of(row)) and entry.event.review
        }
        rows = raw_reviews.rows_of(run.connection, deciding)
        for id, (entry, content) in deciding.items():
            at = leaps.dated(ends, entry.seq, entry.at)
            for code in _wrong(run, keys, (entry, at), content, rows.get(id)):
                run.findings.add(code, chain, entry.seq, id)
        done += len(page)
        run.progress(f"{chain}: {done:,} reviews replayed")


def find_unknown_reviews(run: Run, portfolio: str | None) -> None:
    """Rows of reviews that no event speaks of."""
    for page in raw_reviews.every_row(run.connection, portfolio):
        events = raw_reviews.deciding_events_of(run.connection, {row.concept for row in page})
        known = {(entry.stream, entry.event.review) for entry in map(entry_of, events) if entry}
        for row in page:
            if (row.concept, row.id) not in known:
                run.findings.add("REVIEW_UNKNOWN", portfolio or "", subject=row.id)


def _wrong(
    run: Run, keys: SigningKeys, decided: tuple[Deciding, datetime], content: Any, row: Row[Any] | None
) -> Iterator[FindingCode]:
    """Yields the codes of all that is wrong with the review of an event. `decided`: it, and when that was.
    `content`: the id of its words."""
    entry, at = decided
    if row is None:
        yield "REVIEW_MISSING"
        return
    frozen = _frozen(row)
    is_right = _is_as_decided(entry, row, content) and _rests_on_the_same(entry.event, frozen)
    if not (is_right and _has_words_stated_then(run, entry, row)):
        yield "REVIEW_CHANGED"
    again, difference = _replay(run, entry, row)
    if difference is not None:
        yield "REPLAY_DIFFERS"
    wrong = objection(keys, entry, at, row, [each for each in (frozen, again) if each])
    if wrong is not None:
        yield wrong


def _is_as_decided(entry: Deciding, row: Row[Any], content: Any) -> bool:
    """Returns whether a review's columns are what its event says."""
    event = entry.event
    decided = {
        "concept": entry.stream,
        "gate": event.gate,
        "outcome": event.outcome,
        "accepted": isinstance(event, ReviewDecided),
        "to_gate": event.to,
        "enforced": event.enforced,
        "content": content,
        "decided_at": micros(entry.at),
        "decided_by": entry.actor,
        "position": event.position,
    }
    return all(getattr(row, name) == value for name, value in decided.items())


def _has_words_stated_then(run: Run, entry: Deciding, row: Row[Any]) -> bool:
    """Returns whether the statements that are shown in a frozen verdict are those that stood then."""
    events = raw_decisions.stating_events(run.connection, [entry.stream])
    stated = stated_by_concept(each for each in events if each.seq < entry.seq)[entry.stream]
    try:
        shown = orjson.loads(row.statements)
    except UNREADABLE:
        return False
    return bool(shown == {key: columns["content"] for key, columns in stated.items()})


def _rests_on_the_same(event: ReviewFacts, frozen: Readiness | None) -> bool:
    """Returns whether a frozen verdict is the one that the event names."""
    names = ("verdict", "position", "input_digest")
    return frozen is not None and all(getattr(frozen, name) == getattr(event, name) for name in names)


def _frozen(row: Row[Any]) -> Readiness | None:
    try:
        return with_words(orjson.loads(row.readiness), {}, {})
    except UNREADABLE:
        return None


def _replay(run: Run, entry: Deciding, row: Row[Any]) -> Replayed:
    try:
        concept = concepts.raw(run.connection, entry.stream)
        require_lists(concept)
        return replayed(run.db, run.connection, concept, entry, row.readiness)
    except UNREADABLE:
        return UNREPLAYED
