"""Gate reviews: the one place where a concept advances."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.process import Process
from schemas.readiness import Readiness
from schemas.review import Review, ReviewIn
from service.domain.facts.model import Facts
from service.domain.facts.model import Review as Fact
from service.domain.facts.progress import Progress, gates_from, progress
from service.domain.rules.reopening import not_heard_since
from service.domain.rules.review_outcomes import Objection, is_attempt, lets_pass, misplaced, objection
from service.domain.texts.measures import says_something
from service.domain.verdict.readiness import prepare
from service.domain.verdict.readiness import verdict as verdict_at
from service.store.nouns import concepts, conversations, decisions, reviews
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import held_concept, seen_concept, standing
from service.usecases.errors import invalid, not_found, objected
from service.usecases.evidence.citable import require_usable
from service.usecases.gates.attestations import attest
from service.usecases.gates.review_views import Views, show, without_words
from service.usecases.paging import Wanted, paged
from service.usecases.processes.processes import Published
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import facts_held, labels, pinned
from service.usecases.verdicts.readiness import no_concept

no_review = partial(not_found, "review")
NOT_READY = "gate-not-ready"


class Decided(NamedTuple):
    """What came of it. `objection`: why a go that was refused is out of order; None: it was not earned."""

    review: Review
    objection: Objection | None


class Case(NamedTuple):
    """A concept, and all that is known of it before the decision."""

    concept: Row[Any]
    judged_by: Published
    facts: Facts
    way: Progress


def decide(db: Database, caller: Caller, concept_key: str, body: ReviewIn) -> Decided:
    """Decide a gate on the verdict of this very instant, in one transaction.

    A go that is refused with a verdict comes back as a review that was not accepted: it is recorded too.
    """
    with transaction(db, caller) as tx:
        concept = held_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        judged_by, facts = pinned(db, tx, concept), facts_held(tx, concept, work.chain.head.seq)
        case = Case(concept, judged_by, facts, progress(judged_by.process, facts.reviews))
        found = _objection(case, body)
        review_id = work.new_id("rev")
        before = work.known(review_id)
        review = _decide(work, case, found, body, review_id) if before is None else _get(tx, concept, before)
    return Decided(review, None if review.accepted else found)


def get_review(db: Database, caller: Caller, concept_key: str, review_id: str) -> Review:
    """One review or refused attempt, with its frozen verdict."""
    with db.reading() as connection:
        return _get(connection, seen_concept(connection, caller, concept_key), review_id)


def list_reviews(
    db: Database, caller: Caller, wanted: Wanted, concept_key: str, *, accepted: bool | None
) -> Page[Review]:
    """A concept's reviews in order; refused attempts among them unless asked otherwise."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        table, query = reviews.reviews, reviews.query(concept.id)
        if accepted is not None:
            query = query.where(table.c.accepted.is_(accepted))
        return paged(connection, "reviews", query, table.c.id, wanted, Views(connection, concept).show)


def _objection(case: Case, body: ReviewIn) -> Objection | None:
    wrong = misplaced(
        body.outcome, conversations=bool(body.conversations), override=body.override is not None
    )
    return wrong or objection(case.judged_by.process, case.way, body.outcome, body.gate, body.to)


def _decide(work: Work, case: Case, found: Objection | None, body: ReviewIn, review_id: str) -> Review:
    """Answers what it would if it read the review."""
    work.expect(case.concept.revision, required=False)
    concept, process, facts = case.concept, case.judged_by.process, case.facts
    if found is not None and not is_attempt(found, case.way, body.outcome, body.gate):
        raise objected(found)
    _require_rationale(body)
    rests_on = _rests_on(work, concept, body)
    if body.outcome == "reopen":
        _require_heard_since(work, case, body, rests_on)
    verdict = _verdict(work, case, body.gate)
    enforced = process.mode == "enforce"
    passes = lets_pass(process.mode, ready=verdict.ready, acknowledged=body.acknowledged)
    if body.outcome == "go" and (found is not None or not passes):
        work.forget_key()
        refused = found.kind if found else NOT_READY
        stays = Entry(review_id, verdict, concept.stage, enforced, refused=refused)
        return show(concept.key, *_enter(work, concept, body, stays), verdict)
    decided = _decided(body, verdict, process, work.now)
    way = progress(process, [*facts.reviews, decided])
    row, said = _enter(work, concept, body, Entry(review_id, verdict, way.stage, enforced, decided))
    concepts.move(work.tx, concept.id, concept.revision + 1, **standing(way))
    if body.outcome == "go" and enforced:
        attest(work, verdict, review_id)
        row.attested = review_id
    return show(concept.key, row, said, verdict)


def _verdict(work: Work, case: Case, gate: str | None) -> Readiness:
    """At this very instant."""
    by, facts = case.judged_by, case.facts
    themed = labels(work.tx, by, facts)
    return verdict_at(prepare(by.process, by.ref, gate, facts, themed, way=case.way), work.now)


def _require_rationale(body: ReviewIn) -> None:
    said = {"body.rationale": body.rationale}
    if body.override is not None:
        said["body.override.reason"] = body.override.reason
    for field, words in said.items():
        if not says_something(words):
            raise invalid(field, "says nothing", "say why, in words")


def _rests_on(work: Work, concept: Row[Any], body: ReviewIn) -> list[Row[Any]]:
    """The conversations that it names, in that order."""
    for index, id in enumerate(body.conversations):
        if id in body.conversations[:index]:
            raise invalid(f"body.conversations.{index}", "stands twice", "name each conversation once")
    return [
        require_usable(work.tx, concept.portfolio, id, f"body.conversations.{index}")
        for index, id in enumerate(body.conversations)
    ]


def _require_heard_since(work: Work, case: Case, body: ReviewIn, rests_on: Sequence[Row[Any]]) -> None:
    process, killed_at = case.judged_by.process, case.way.killed_at
    if body.override is not None or killed_at is None:
        return
    named = [conversations.as_it_stands(row) for row in rests_on]
    missing = not_heard_since(killed_at, process.counts, case.facts.team, named, work.now)
    if lets_pass(process.mode, ready=not missing, acknowledged=body.acknowledged):
        return
    refused = objected(*missing)
    if process.mode == "warn":
        refused.detail += ". The process only warns: send acknowledged: true to reopen it all the same."
    raise refused


def _decided(body: ReviewIn, verdict: Readiness, process: Process, now: datetime) -> Fact:
    versions = {d.key: d.version for d in verdict.decisions if d.version is not None}
    to = (body.to or body.gate) if body.outcome == "recycle" else None
    gate = None if body.outcome == "reopen" else body.gate
    return Fact(gate, body.outcome, to, now, versions, tuple(gates_from(process, to)))


class Entry(NamedTuple):
    """What is put on record. `decided`: what the rules go by from now on; `refused`: why not."""

    review: str
    verdict: Readiness
    stage: str
    enforced: bool
    decided: Fact | None = None
    refused: str | None = None


def _enter(
    work: Work, concept: Row[Any], body: ReviewIn, entry: Entry
) -> tuple[SimpleNamespace, dict[str, Any]]:
    """The review's row, and what its event says."""
    review_id, verdict, stage, enforced, decided, refused = entry
    words = {"rationale": body.rationale}
    if body.override is not None:
        words["override"] = body.override.reason
    sealed = work.seal(**words)
    facts = {
        "review": review_id,
        "gate": decided.gate if decided else body.gate,
        "outcome": body.outcome,
        "to": decided.to if decided else None,
        "recycled": list(decided.recycled) if decided else [],
        "decisions": decided.versions if decided else {},
        "verdict": verdict.verdict,
        "enforced": enforced,
        "position": verdict.position,
        "input_digest": verdict.input_digest,
        "commitment": sealed.commitment,
    }
    said: dict[str, Any] = {
        "acknowledged": body.acknowledged,
        "conversations": list(body.conversations),
        "override": body.override is not None,
        "refused": refused,
    }
    facts |= {name: value for name, value in said.items() if value}
    work.record("review.refused" if refused else "review.decided", concept.id, facts, sealed)
    row = reviews.add(
        work.tx,
        words,
        id=review_id,
        concept=concept.id,
        gate=facts["gate"],
        outcome=body.outcome,
        accepted=refused is None,
        to_gate=facts["to"],
        stage=stage,
        enforced=enforced,
        content=sealed.id,
        decided_at=work.now,
        decided_by=work.caller.person,
        position=verdict.position,
        readiness=without_words(verdict).decode(),
        statements=orjson.dumps(decisions.contents_of(work.tx, concept.id)).decode(),
    )
    return row, facts


def _get(connection: Connection, concept: Row[Any], review_id: str) -> Review:
    row = reviews.find(connection, concept.id, review_id)
    if row is None:
        raise no_review()
    return Views(connection, concept).show(row)
