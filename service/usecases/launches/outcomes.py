"""Outcomes: what became of each decision after the launch. A later verdict takes an earlier one's place."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, insert

from schemas.outcome import Outcome, OutcomeIn, OutcomePage
from schemas.process import Process
from service.domain.facts.model import Facts
from service.domain.facts.progress import progress_of
from service.domain.facts.teams import teams_of
from service.domain.launches.launch import Launch, launch_of, speaks_against
from service.domain.record.outcome import EvidenceRevision, OutcomeRecorded
from service.domain.rules.citable import unknown_conversation
from service.store.nouns import conversations, decisions, outcomes
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept, work_on_concept
from service.usecases.concepts.outcome_views import show_outcomes
from service.usecases.errors import invalid, not_found, refused_by, refused_field, require
from service.usecases.paging import PageRequest, paged_together
from service.usecases.unit_of_work import Caller, Work
from service.usecases.verdicts.cases import facts_now, pinned
from service.usecases.views import etag_of

no_outcome = partial(not_found, "outcome")
no_decision = partial(not_found, "decision")


def record_outcome(
    db: Database, caller: Caller, concept_key: str, decision: str, body: OutcomeIn
) -> tuple[Outcome, bool]:
    """Records what became of a decision; returns also whether it is the first verdict on it since the
    launch."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        process = pinned(db, work.tx, concept).process
        outcome_id = work.once(lambda: _record(work, concept, process, decision, body))
        row = outcomes.find(work.tx, concept.id, outcome_id)
        return show_outcomes(work.tx, concept.key, [row])[0], row.revision == 1


def get_outcome(db: Database, caller: Caller, concept_key: str, decision: str) -> Outcome:
    """The verdict that stands on a decision."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        row = require(outcomes.latest(connection, concept.id, decision), no_outcome)
        return show_outcomes(connection, concept.key, [row])[0]


def list_outcomes(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str, decision: str | None
) -> OutcomePage:
    """A concept's verdicts in the order of recording, those that were replaced among them."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        query, column = outcomes.query(concept.id), outcomes.outcomes.c
        if decision is not None:
            query = query.where(column.decision == decision)
        show = partial(show_outcomes, connection, concept.key)
        page = paged_together(connection, "outcomes", query, column.id, wanted, show)
        launch = launch_of(pinned(db, connection, concept).process, facts_now(connection, concept).reviews)
        given = {row.decision for row in outcomes.latest_by_concept(connection, [concept.id])[concept.id]}
    return OutcomePage(
        items=page.items,
        next=page.next,
        launched_at=launch.at if launch else None,
        open=sorted(set(launch.versions) - given) if launch else [],
    )


def _record(work: Work, concept: Row[Any], process: Process, decision: str, body: OutcomeIn) -> str:
    require(decisions.find(work.tx, concept.id, decision), no_decision)
    facts = facts_now(work.tx, concept)
    launch = _require_launched(process, facts)
    version = _version_launched(launch, decision)
    revision = outcomes.revisions(work.tx, concept.id, decision, launch.at)
    if standing := outcomes.latest(work.tx, concept.id, decision):
        work.expect(etag_of(standing))
    evidence = _require_evidence(work, concept, process, facts, launch, body)
    outcome_id = work.new_id("out")
    stored = work.store_words(rationale=body.rationale)
    recorded = OutcomeRecorded(
        outcome=outcome_id,
        decision=decision,
        version=version,
        revision=revision + 1,
        verdict=body.verdict,
        learning=body.learning,
        launched_at=launch.at,
        evidence=tuple(EvidenceRevision(row.id, row.facts.revision, row.digest) for row in evidence),
        commitment=stored.commitment,
    )
    columns = {"id": outcome_id, "concept": concept.id, **work.stamp("given")}
    work.enter(outcomes.outcomes, recorded, concept.id, stored, **columns)
    rests_on = [
        {"outcome": outcome_id, "conversation": row.id, "revision": row.facts.revision} for row in evidence
    ]
    work.tx.execute(insert(outcomes.outcome_evidence), rests_on)
    return outcome_id


def _require_launched(process: Process, facts: Facts) -> Launch:
    if progress_of(process, facts.reviews).status == "killed":
        rule = "of a killed concept nothing more is said"
        detail = "The concept was killed."
        raise refused_field("concept-killed", detail, "path.concept", rule, "reopen it first")
    launch = launch_of(process, facts.reviews)
    if launch is None:
        gate = next((gate.key for gate in process.gates if gate.launch), None)
        remedy = f"pass {gate} first" if gate else "mark the gate of the launch in its process, and pass it"
        detail = "Nothing has held or failed to hold before the launch."
        raise refused_field("not-launched", detail, "path.concept", "is not launched", remedy)
    return launch


def _version_launched(launch: Launch, key: str) -> int:
    if key in launch.versions:
        return launch.versions[key]
    launched = ", ".join(sorted(launch.versions))
    raise invalid("path.decision", "no gate up to the launch passed this decision", f"one of {launched}")


def _require_evidence(
    work: Work, concept: Row[Any], process: Process, facts: Facts, launch: Launch, body: OutcomeIn
) -> Sequence[Row[Any]]:
    """The rows of the conversations that the verdict rests on, each once."""
    rows = {row.id: row for row in conversations.of_portfolio(work.tx, concept.portfolio, body.evidence)}
    for index, id in enumerate(body.evidence):
        field = f"body.evidence.{index}"
        if id not in rows:
            raise refused_by(unknown_conversation(field))
        wrong = speaks_against(
            conversations.from_row(rows[id]), process.counts, teams_of(facts), launch.at, work.now
        )
        if wrong is not None:
            remedy = f"name a talk of the team's that the process counts, held since {launch.at:%Y-%m-%d}"
            raise invalid(field, wrong, remedy)
    return [rows[id] for id in dict.fromkeys(body.evidence)]
