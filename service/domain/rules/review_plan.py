"""Decides a review: what goes on record and where the concept then stands, or why nothing does.

The use case loads the inputs, asks once and obeys.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Process, ProcessRef
from schemas.readiness import Readiness
from schemas.review import ReviewIn
from service.domain.facts.model import Conversation, Facts, Review
from service.domain.facts.progress import Progress, gates_from, progress_of
from service.domain.facts.teams import teams_of
from service.domain.rules.citable import not_citable
from service.domain.rules.reopening import reopening_objections
from service.domain.rules.review_outcomes import Objection, is_attempt, lets_pass, misplaced, objection
from service.domain.texts.measures import says_enough
from service.domain.verdict.readiness import prepare, verdict

NOT_READY = "gate-not-ready"
ACKNOWLEDGE = ". The process only warns: send acknowledged: true to reopen it all the same."


class ReviewInputs(NamedTuple):
    """A concept before the review. `themes`: labels by theme id. `named`: the conversations that the review
    names, by id, as far as the concept's portfolio has them. `now`: the instant of the review."""

    process: Process
    ref: ProcessRef
    facts: Facts
    themes: dict[str, str]
    named: Mapping[str, Conversation]
    now: datetime


class Rejection(NamedTuple):
    """Nothing goes on record. The first objection names the problem."""

    objections: Sequence[Objection]


class ReviewPlan(NamedTuple):
    """The record of a review. `progress`: of the concept after it. `refused`: the problem of a go that does
    not pass, whose attempt is recorded; `objection`: why it is out of order, None where it was not earned.
    `attested`: whether it is signed."""

    readiness: Readiness
    review: Review
    progress: Progress
    enforced: bool
    attested: bool = False
    refused: str | None = None
    objection: Objection | None = None


def plan_review(body: ReviewIn, inputs: ReviewInputs) -> ReviewPlan | Rejection:
    """Decides the review on the verdict at its very instant."""
    process, facts, now = inputs.process, inputs.facts, inputs.now
    before = progress_of(process, facts.reviews)
    out_of_order = _out_of_order(body, process, before)
    if out_of_order is not None and not is_attempt(out_of_order, before, body.outcome, body.gate):
        return Rejection([out_of_order])
    unusable = _says_nothing(body) or _not_citable(body, inputs.named)
    if unusable is not None:
        return Rejection([unusable])
    objections = _reopening_objections(body, inputs, before)
    if objections:
        return Rejection(objections)
    case = prepare(process, inputs.ref, body.gate, facts, inputs.themes, progress=before)
    readiness, enforced = verdict(case, process, now), process.mode == "enforce"
    refused = _refused(body, process, readiness, out_of_order)
    if refused is not None:
        attempt = Review(body.gate, body.outcome, None, now, {})
        return ReviewPlan(readiness, attempt, before, enforced, refused=refused, objection=out_of_order)
    review = _accepted(body, process, readiness, now)
    after = progress_of(process, [*facts.reviews, review])
    return ReviewPlan(readiness, review, after, enforced, attested=enforced and body.outcome == "go")


def _out_of_order(body: ReviewIn, process: Process, before: Progress) -> Objection | None:
    return misplaced(
        body.outcome, conversations=bool(body.conversations), override=body.override is not None
    ) or objection(process, before, body.outcome, body.gate, body.to)


def _says_nothing(body: ReviewIn) -> Objection | None:
    reasons = {"body.rationale": body.rationale}
    if body.override is not None:
        reasons["body.override.reason"] = body.override.reason
    for field, words in reasons.items():
        if not says_enough(words):
            rule = "has fewer than three different words"
            return Objection("invalid-request", field, rule, "say why, in words")
    return None


def _not_citable(body: ReviewIn, named: Mapping[str, Conversation]) -> Objection | None:
    for index, id in enumerate(body.conversations):
        if id in body.conversations[:index]:
            field, rule = f"body.conversations.{index}", "stands twice"
            return Objection("invalid-request", field, rule, "name each conversation once")
    for index, id in enumerate(body.conversations):
        uncitable = not_citable(named.get(id), f"body.conversations.{index}")
        if uncitable is not None:
            return uncitable
    return None


def _reopening_objections(body: ReviewIn, inputs: ReviewInputs, before: Progress) -> Sequence[Objection]:
    process = inputs.process
    if body.outcome != "reopen" or body.override is not None or before.killed_at is None:
        return ()
    named = [inputs.named[id] for id in body.conversations]
    missing = reopening_objections(
        before.killed_at, process.counts, teams_of(inputs.facts), named, inputs.now
    )
    if lets_pass(process.mode, ready=not missing, acknowledged=body.acknowledged):
        return ()
    if process.mode == "warn":
        first = missing[0]
        missing[0] = first._replace(detail=f"{first.field}: {first.rule}{ACKNOWLEDGE}")
    return missing


def _refused(
    body: ReviewIn, process: Process, readiness: Readiness, out_of_order: Objection | None
) -> str | None:
    """The problem of a go that does not pass."""
    if out_of_order is not None:
        return out_of_order.problem_type
    if body.outcome != "go" or lets_pass(process.mode, ready=readiness.ready, acknowledged=body.acknowledged):
        return None
    return NOT_READY


def _accepted(body: ReviewIn, process: Process, readiness: Readiness, now: datetime) -> Review:
    versions = {each.key: each.version for each in readiness.decisions if each.version is not None}
    to = (body.to or body.gate) if body.outcome == "recycle" else None
    gate = None if body.outcome == "reopen" else body.gate
    return Review(gate, body.outcome, to, now, versions, tuple(gates_from(process, to)))
