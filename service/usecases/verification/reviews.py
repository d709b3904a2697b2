"""Are reviews what the log says, do their verdicts follow from it, and are the goes among them attested?"""

from collections.abc import Iterator
from typing import Any

import orjson
from msgspec import MsgspecError
from sqlalchemy import Row

from schemas.audit import FindingCode
from schemas.readiness import Readiness
from service.domain.facts.model import Recorded
from service.store.nouns import concepts
from service.store.reading import raw_reviews
from service.store.sql.columns import micros
from service.store.sql.keyring import Damaged, WrongKey
from service.usecases.gates.replay import Replayed, replayed
from service.usecases.gates.review_views import with_words
from service.usecases.verification.attestations import SigningKeys, objection, signing_keys_of
from service.usecases.verification.events import recorded
from service.usecases.verification.run import Run

UNREADABLE = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError),
    *(MsgspecError, Damaged, WrongKey),
)
"""What reading rows raises that somebody meddled with."""
UNREPLAYED = Replayed(None, "")


def verify_reviews(run: Run, chain_id: int, chain: str) -> None:
    """Every review that a chain's events speak of, some at a time."""
    keys, done = signing_keys_of(run.connection), 0
    for page in raw_reviews.deciding_events(run.connection, chain_id):
        deciding = {
            id: (event, row.content) for row in page if (event := recorded(row)) and (id := _id(event))
        }
        rows = raw_reviews.rows_of(run.connection, deciding)
        for id, (event, content) in deciding.items():
            for code in _wrong(run, keys, event, content, rows.get(id)):
                run.findings.add(code, chain, event.seq, id)
        done += len(page)
        run.progress(f"{chain}: {done:,} reviews replayed")


def find_unknown_reviews(run: Run, portfolio: str | None) -> None:
    """Rows of reviews that no event speaks of."""
    for page in raw_reviews.every_row(run.connection, portfolio):
        events = raw_reviews.deciding_events_of(run.connection, {row.concept for row in page})
        known = {(event.stream, _id(event)) for event in map(recorded, events) if event}
        for row in page:
            if (row.concept, row.id) not in known:
                run.findings.add("REVIEW_UNKNOWN", portfolio or "", subject=row.id)


def _id(event: Recorded) -> str:
    """The review that an event decided; empty where it names none."""
    return str(event.data.get("review") or "")


def _wrong(
    run: Run, keys: SigningKeys, event: Recorded, content: Any, row: Row[Any] | None
) -> Iterator[FindingCode]:
    """What is wrong with the review of an event, by the codes of findings. `content`: where its words are."""
    if row is None:
        yield "REVIEW_MISSING"
        return
    frozen = _frozen(row)
    if not _is_as_decided(event, row, content) or not _rests_on_the_same(event, frozen):
        yield "REVIEW_CHANGED"
    again, difference = _replay(run, event, row)
    if difference is not None:
        yield "REPLAY_DIFFERS"
    wrong = objection(keys, event, row, [each for each in (frozen, again) if each])
    if wrong is not None:
        yield wrong


def _is_as_decided(event: Recorded, row: Row[Any], content: Any) -> bool:
    """Whether a review's columns are what its event says."""
    data = event.data
    decided = {
        "concept": event.stream,
        "gate": data.get("gate"),
        "outcome": data.get("outcome"),
        "accepted": event.type == raw_reviews.DECIDED,
        "to_gate": data.get("to"),
        "enforced": data.get("enforced", True),
        "content": content,
        "decided_at": micros(event.at),
        "decided_by": event.actor,
        "position": data.get("position"),
    }
    return all(getattr(row, name) == value for name, value in decided.items())


def _rests_on_the_same(event: Recorded, frozen: Readiness | None) -> bool:
    """Whether a frozen verdict is the one that the event names."""
    named = {name: event.data[name] for name in ("verdict", "position", "input_digest") if name in event.data}
    return frozen is not None and all(getattr(frozen, name) == value for name, value in named.items())


def _frozen(row: Row[Any]) -> Readiness | None:
    try:
        return with_words(orjson.loads(row.readiness), {}, {})
    except UNREADABLE:
        return None


def _replay(run: Run, event: Recorded, row: Row[Any]) -> Replayed:
    try:
        concept = concepts.with_id(run.connection, event.stream)
        return replayed(run.db, run.connection, concept, event, row.readiness) if concept else UNREPLAYED
    except UNREADABLE:
        return UNREPLAYED
