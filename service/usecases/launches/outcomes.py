"""Outcomes: what became of each decision after the launch. A later verdict takes an earlier one's place."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, insert

from schemas.outcome import Outcome, OutcomeIn, OutcomePage
from schemas.problem import FieldProblem
from schemas.process import Process
from service.domain.facts.model import Facts
from service.domain.facts.progress import progress
from service.domain.launches.launch import Launch, launch_of, speaks_against
from service.domain.record.outcome import OutcomeEvidence, OutcomeRecorded
from service.store.nouns import conversations, decisions, outcomes
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import locked_concept, seen_concept
from service.usecases.concepts.outcome_views import show_outcomes
from service.usecases.errors import Refused, invalid, no_concept, not_found
from service.usecases.paging import PageRequest, paged_together
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import facts_now, pinned

no_outcome = partial(not_found, "outcome")
no_decision = partial(not_found, "decision")


def record_outcome(
    db: Database, caller: Caller, concept_key: str, decision: str, body: OutcomeIn
) -> tuple[Outcome, bool]:
    """Say what became of a decision; also whether it is the first verdict on it since the launch."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        work = join(tx, caller, concept.portfolio, no_concept)
        process = pinned(db, tx, concept).process
        outcome_id = work.once(lambda: _record(work, concept, process, decision, body))
        recorded = outcomes.find(tx, concept.id, outcome_id)
        [shown] = show_outcomes(tx, concept.key, [recorded])
        return shown, shown.revision == 1


def get_outcome(db: Database, caller: Caller, concept_key: str, decision: str) -> Outcome:
    """The verdict that stands on a decision."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        row = outcomes.latest(connection, concept.id, decision)
        if row is None:
            raise no_outcome()
        return show_outcomes(connection, concept.key, [row])[0]


def list_outcomes(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str, decision: str | None
) -> OutcomePage:
    """A concept's verdicts in the order of recording, those that were replaced among them."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
        query, column = outcomes.query(concept.id), outcomes.outcomes.c
        if decision is not None:
            query = query.where(column.decision == decision)
        page = paged_together(
            connection,
            "outcomes",
            query,
            column.id,
            wanted,
            lambda rows: show_outcomes(connection, concept.key, rows),
        )
        launch = launch_of(pinned(db, connection, concept).process, facts_now(connection, concept).reviews)
        given = {row.decision for row in outcomes.standing(connection, [concept.id])[concept.id]}
    return OutcomePage(
        items=page.items,
        next=page.next,
        launched_at=launch.at if launch else None,
        open=sorted(set(launch.versions) - given) if launch else [],
    )


def _record(work: Work, concept: Row[Any], process: Process, decision: str, body: OutcomeIn) -> str:
    if decisions.find(work.tx, concept.id, decision) is None:
        raise no_decision()
    facts = facts_now(work.tx, concept)
    launch = _require_launched(process, facts)
    version = _version_launched(launch, decision)
    standing = outcomes.revisions(work.tx, concept.id, decision, launch.at)
    if standing:
        work.expect(standing)
    evidence = _require_evidence(work, concept, process, facts, launch, body)
    outcome_id = work.new_id("out")
    kept = work.keep(rationale=body.rationale)
    said: dict[str, Any] = {
        "decision": decision,
        "version": version,
        "revision": standing + 1,
        "verdict": body.verdict,
        "learning": body.learning,
    }
    recorded = OutcomeRecorded(
        outcome=outcome_id,
        **said,
        launched_at=launch.at,
        evidence=tuple(OutcomeEvidence(row.id, row.facts.revision, row.digest) for row in evidence),
        commitment=kept.commitment,
    )
    work.record(recorded, concept.id, kept.id)
    work.tx.execute(
        insert(outcomes.outcomes).values(
            id=outcome_id,
            concept=concept.id,
            **said,
            launched_at=launch.at,
            content=kept.id,
            given_at=work.now,
            given_by=work.caller.person,
        )
    )
    rests_on = [
        {"outcome": outcome_id, "conversation": row.id, "revision": row.facts.revision} for row in evidence
    ]
    work.tx.execute(insert(outcomes.outcome_evidence), rests_on)
    return outcome_id


def _require_launched(process: Process, facts: Facts) -> Launch:
    if progress(process, facts.reviews).status == "killed":
        rule = "of a killed concept nothing more is said"
        raise Refused(
            "concept-killed",
            "The concept was killed.",
            FieldProblem(field="path.concept", rule=rule, remedy="reopen it first"),
        )
    launch = launch_of(process, facts.reviews)
    if launch is None:
        gate = next((gate.key for gate in process.gates if gate.launch), None)
        remedy = f"pass {gate} first" if gate else "mark the gate of the launch in its process, and pass it"
        raise Refused(
            "not-launched",
            "Nothing has held or failed to hold before the launch.",
            FieldProblem(field="path.concept", rule="is not launched", remedy=remedy),
        )
    return launch


def _version_launched(launch: Launch, key: str) -> int:
    if key in launch.versions:
        return launch.versions[key]
    launched = ", ".join(sorted(launch.versions))
    raise invalid("path.decision", "no gate up to the launch passed this decision", f"one of {launched}")


def _require_evidence(
    work: Work, concept: Row[Any], process: Process, facts: Facts, launch: Launch, body: OutcomeIn
) -> Sequence[Row[Any]]:
    """The rows of the conversations that it rests on, each once."""
    found = {row.id: row for row in conversations.of_portfolio(work.tx, concept.portfolio, body.evidence)}
    for index, id in enumerate(body.evidence):
        field = f"body.evidence.{index}"
        if id not in found:
            raise invalid(
                field,
                "the concept's portfolio has no such conversation",
                "record it first with POST /v1/conversations, and give the id it answers",
            )
        wrong = speaks_against(
            conversations.as_it_stands(found[id]), process.counts, facts.team, launch.at, work.now
        )
        if wrong is not None:
            remedy = f"name a talk of the team's that the process counts, held since {launch.at:%Y-%m-%d}"
            raise invalid(field, wrong, remedy)
    return [found[id] for id in dict.fromkeys(body.evidence)]
