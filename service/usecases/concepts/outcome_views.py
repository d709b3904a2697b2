"""Outcomes of launched decisions, as they are shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from schemas.outcome import Outcome, OutcomeEvidence, OutcomeSeen
from service.store.nouns import outcomes


def outcomes_seen(connection: Connection, ids: Iterable[str]) -> dict[str, list[OutcomeSeen]]:
    """The verdicts that stand on these concepts' decisions, in short, by concept."""
    by_concept = outcomes.standing(connection, ids)
    return defaultdict(list, {id: [_in_short(row) for row in rows] for id, rows in by_concept.items()})


def show_outcomes(connection: Connection, concept: str, rows: Sequence[Row[Any]]) -> list[Outcome]:
    """Verdicts on one concept, whole."""
    evidence = outcomes.evidence_of(connection, [row.id for row in rows])
    return [
        Outcome(
            **_in_short(row).model_dump(),
            id=row.id,
            concept=concept,
            rationale=(row.words or {}).get("rationale", ""),
            evidence=[_rests_on(each) for each in evidence[row.id]],
            launched_at=row.launched_at,
            stands=row.stands,
            revision=row.revision,
            given_by=row.given_by,
        )
        for row in rows
    ]


def _in_short(row: Row[Any]) -> OutcomeSeen:
    return OutcomeSeen(
        decision=row.decision,
        version=row.version,
        verdict=row.verdict,
        learning=row.learning,
        given_at=row.given_at,
    )


def _rests_on(row: Row[Any]) -> OutcomeEvidence:
    return OutcomeEvidence(
        conversation=row.conversation,
        revision=row.revision,
        held_at=row.held_at,
        withdrawn_at=row.withdrawn_at,
        erased_at=row.erased_at,
    )
