"""Gate reviews: the one place where a concept advances."""

from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
from msgspec import UNSET
from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.review import Review, ReviewIn
from service.domain.facts.model import Conversation
from service.domain.record.review import ReviewDecided, ReviewFacts, ReviewRefused
from service.domain.rules.review_outcomes import Objection
from service.domain.rules.review_plan import Rejection, ReviewInputs, ReviewPlan, plan_review
from service.store.nouns import concepts, conversations, decisions, reviews
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.concepts.concepts import concept_etag, progress_columns
from service.usecases.errors import not_found, refused_by, require
from service.usecases.gates.attestations import attest
from service.usecases.gates.review_views import ReviewViews, show, without_words
from service.usecases.paging import PageRequest, paged
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_at_head, labels, pinned

no_review = partial(not_found, "review")


class Decided(NamedTuple):
    """The recorded review. `objection`: why a refused go is out of order; None: it is in order."""

    review: Review
    objection: Objection | None


def decide(db: Database, caller: Caller, concept_key: str, body: ReviewIn) -> Decided:
    """Decide a gate on the verdict of this very instant, in one transaction.

    A go that is refused with a verdict comes back as a review that was not accepted: it is recorded too.
    """
    with work_on_concept(db, caller, concept_key) as (work, concept):
        review_id = work.new_id("rev")
        before = work.made_before(review_id)
        if before is not None:
            return Decided(_get(work.tx, concept, before), None)
        work.expect(concept_etag(concept), required=False)
        plan = plan_review(body, _inputs(db, work, concept, body))
        if isinstance(plan, Rejection):
            raise refused_by(*plan.objections)
        return Decided(_execute(work, concept, body, review_id, plan), plan.objection)


def get_review(db: Database, caller: Caller, concept_key: str, review_id: str) -> Review:
    """One review or refused attempt, with its frozen verdict."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        return _get(connection, concept, review_id)


def list_reviews(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str, *, accepted: bool | None
) -> Page[Review]:
    """A concept's reviews in order; refused attempts among them unless asked otherwise."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        table, query = reviews.reviews, reviews.query(concept.id)
        if accepted is not None:
            query = query.where(table.c.accepted.is_(accepted))
        return paged(connection, "reviews", query, table.c.id, wanted, ReviewViews(connection, concept).show)


def _inputs(db: Database, work: Work, concept: Row[Any], body: ReviewIn) -> ReviewInputs:
    process = pinned(db, work.tx, concept)
    facts = facts_at_head(work.tx, concept, work.chain.head.seq)
    themes = labels(work.tx, process, facts)
    return ReviewInputs(process.process, process.ref, facts, themes, _named(work, concept, body), work.now)


def _named(work: Work, concept: Row[Any], body: ReviewIn) -> dict[str, Conversation]:
    """The conversations that it names, as far as the concept's portfolio has them."""
    if not body.conversations:
        return {}
    rows = conversations.of_portfolio(work.tx, concept.portfolio, body.conversations)
    return {row.id: conversations.from_row(row) for row in rows}


def _execute(work: Work, concept: Row[Any], body: ReviewIn, review_id: str, plan: ReviewPlan) -> Review:
    """Writes what the plan says. Returns the review as `get_review` would."""
    row, event = _enter(work, concept, body, review_id, plan)
    if plan.refused is not None:
        work.forget_key()
    else:
        concepts.move(work.tx, concept.id, concept.revision + 1, **progress_columns(plan.progress))
    if plan.attested:
        attest(work, plan.readiness, review_id)
        row.attested = review_id
    return show(concept.key, row, event, plan.readiness)


def _enter(
    work: Work, concept: Row[Any], body: ReviewIn, review_id: str, plan: ReviewPlan
) -> tuple[SimpleNamespace, ReviewFacts]:
    """The review's row and its event."""
    verdict, review = plan.readiness, plan.review
    words = {"rationale": body.rationale}
    if body.override is not None:
        words["override"] = body.override.reason
    sealed = work.seal(**words)
    decided = ReviewRefused if plan.refused else ReviewDecided
    event = decided(
        review=review_id,
        gate=review.gate,
        outcome=body.outcome,
        to=review.to,
        recycled=review.recycled,
        decisions=dict(review.versions),
        verdict=verdict.verdict,
        enforced=plan.enforced,
        edition=verdict.edition,
        position=verdict.position,
        input_digest=verdict.input_digest,
        commitment=sealed.commitment,
        acknowledged=body.acknowledged or UNSET,
        conversations=body.conversations or UNSET,
        override=body.override is not None or UNSET,
        refused=plan.refused or UNSET,
    )
    work.record(event, concept.id, sealed)
    row = reviews.add(
        work.tx,
        words,
        id=review_id,
        concept=concept.id,
        gate=event.gate,
        outcome=body.outcome,
        accepted=plan.refused is None,
        to_gate=event.to,
        stage=plan.progress.stage,
        enforced=plan.enforced,
        content=sealed.id,
        **work.stamp("decided"),
        position=verdict.position,
        readiness=without_words(verdict).decode(),
        statements=orjson.dumps(decisions.contents_of(work.tx, concept.id)).decode(),
    )
    return row, event


def _get(connection: Connection, concept: Row[Any], review_id: str) -> Review:
    row = require(reviews.find(connection, concept.id, review_id), no_review)
    return ReviewViews(connection, concept).show(row)
