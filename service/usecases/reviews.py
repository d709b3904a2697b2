"""Gate reviews: the one place where a concept advances."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, update

from schemas.page import Page
from schemas.problem import FieldProblem
from schemas.process import Process
from schemas.readiness import Readiness
from schemas.review import EvidenceErased, Review, ReviewIn
from service.domain.facts import Review as Decided
from service.domain.outcomes import lets_pass, objection
from service.domain.progress import Progress, gates_from, progress
from service.domain.readiness import Question, evaluate
from service.store import concepts, contents, decisions, reviews, themes
from service.store.engine import Database
from service.usecases.attestations import address, attest
from service.usecases.concepts import held_concept, seen_concept, standing
from service.usecases.paging import Wanted, paged
from service.usecases.processes import Published
from service.usecases.readiness import NO_CONCEPT
from service.usecases.refused import Refused, not_found
from service.usecases.verdicts import facts_now, labels, pinned
from service.usecases.work import Caller, Work, join, transaction

NO_REVIEW = not_found("review")


def decide(db: Database, caller: Caller, concept_key: str, body: ReviewIn) -> Review:
    """Decide a gate on the verdict of this very instant, in one transaction.

    A go that is not earned comes back as a review that was not accepted: it is recorded too.
    """
    with transaction(db, caller) as tx:
        concept = held_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, NO_CONCEPT)
        judged_by = pinned(db, tx, concept)
        review_id = work.once(lambda: _decide(work, concept, judged_by, body))
        return _get(tx, concept, review_id)


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
        return paged(
            connection,
            "reviews",
            query,
            table.c.id,
            wanted,
            lambda row: _show(connection, concept, row),
        )


def _decide(work: Work, concept: Row[Any], judged_by: Published, body: ReviewIn) -> str:
    work.expect(concept.revision, required=False)
    facts = facts_now(work.tx, concept)
    way = progress(judged_by.process, facts.reviews)
    _require_in_order(judged_by, way, body)
    verdict = evaluate(
        Question(judged_by.process, judged_by.ref, work.now, body.gate),
        facts,
        labels(work.tx, judged_by, facts),
    )
    mode = judged_by.process.mode
    enforced = mode == "enforce"
    if body.outcome == "go" and not lets_pass(mode, ready=verdict.ready, acknowledged=body.acknowledged):
        work.forget_key()
        return _write(work, concept, body, verdict, concept.stage, accepted=False, enforced=enforced)
    decided = _decided(body, verdict, judged_by.process, work.now)
    way = progress(judged_by.process, [*facts.reviews, decided])
    review_id = _write(
        work, concept, body, verdict, way.stage, accepted=True, enforced=enforced, decided=decided
    )
    work.tx.execute(
        update(concepts.concepts)
        .where(concepts.concepts.c.id == concept.id)
        .values(**standing(way), revision=concept.revision + 1)
    )
    if body.outcome == "go" and enforced:
        attest(work, verdict, review_id)
    return review_id


def _require_in_order(judged_by: Published, way: Progress, body: ReviewIn) -> None:
    found = objection(judged_by.process, way, body.outcome, body.gate, body.to)
    if found is not None:
        problem = FieldProblem(field=found.field, rule=found.rule, remedy=found.remedy)
        raise Refused(found.kind, f"{found.field}: {found.rule}", problem)


def _decided(body: ReviewIn, verdict: Readiness, process: Process, now: datetime) -> Decided:
    versions = {d.key: d.version for d in verdict.decisions if d.version is not None}
    to = (body.to or body.gate) if body.outcome == "recycle" else None
    gate = None if body.outcome == "reopen" else body.gate
    return Decided(gate, body.outcome, to, now, versions, tuple(gates_from(process, to)))


def _write(
    work: Work,
    concept: Row[Any],
    body: ReviewIn,
    verdict: Readiness,
    stage: str,
    *,
    accepted: bool,
    enforced: bool,
    decided: Decided | None = None,
) -> str:
    review_id = work.new_id("rev")
    kept = work.keep(rationale=body.rationale)
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
        "commitment": kept.commitment,
    }
    if body.acknowledged:
        facts["acknowledged"] = True
    kind = "review.decided" if accepted else "review.refused"
    work.record(kind, concept.id, facts, kept.id)
    statements = {row.key: row.content for row in decisions.every(work.tx, concept.id)}
    work.tx.execute(
        insert(reviews.reviews).values(
            id=review_id,
            concept=concept.id,
            gate=facts["gate"],
            outcome=body.outcome,
            accepted=accepted,
            to_gate=facts["to"],
            stage=stage,
            enforced=enforced,
            content=kept.id,
            decided_at=work.now,
            decided_by=work.caller.person,
            position=verdict.position,
            readiness=verdict.model_dump_json(exclude=WITHOUT_WORDS),
            statements=orjson.dumps(statements).decode(),
        )
    )
    return review_id


_WITHOUT_LABELS = {"__all__": {"shared": {"label"}}}
WITHOUT_WORDS: Any = {
    "decisions": {"__all__": {"statement": True, "criteria": _WITHOUT_LABELS}},
    "gate_criteria": _WITHOUT_LABELS,
}


def _get(connection: Connection, concept: Row[Any], review_id: str) -> Review:
    row = reviews.find(connection, concept.id, review_id)
    if row is None:
        raise NO_REVIEW
    return _show(connection, concept, row)


def _show(connection: Connection, concept: Row[Any], row: Row[Any]) -> Review:
    verdict = _thawed(connection, row)
    return Review(
        id=row.id,
        concept=concept.key,
        gate=row.gate,
        outcome=row.outcome,
        accepted=row.accepted,
        to=row.to_gate,
        rationale=(row.words or {}).get("rationale", ""),
        stage=row.stage,
        enforced=row.enforced,
        conditional=row.accepted and row.outcome == "go" and verdict.verdict == "waived",
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        position=row.position,
        attestation=address(concept.key, row.attested) if row.attested else None,
        evidence_erased=[
            EvidenceErased(conversation=each.conversation, erased_at=each.flagged_at)
            for each in reviews.flags_on(connection, row.id)
        ],
        readiness=verdict,
    )


def _thawed(connection: Connection, row: Row[Any]) -> Readiness:
    """The frozen verdict, its words put back from where words live."""
    frozen = orjson.loads(row.readiness)
    kept_at = orjson.loads(row.statements)
    words = contents.words_of(connection, kept_at.values())
    criteria = list(frozen["gate_criteria"])
    for decision in frozen["decisions"]:
        said: Mapping[str, Any] = words.get(kept_at.get(decision["key"]), {})
        decision["statement"] = said.get("statement")
        criteria += decision["criteria"]
    shared = [entry["shared"] for entry in criteria if entry["shared"]]
    known = themes.labels_of(connection, [each["theme"] for each in shared])
    for each in shared:
        each["label"] = known.get(each["theme"])
    return Readiness.model_validate(frozen)
