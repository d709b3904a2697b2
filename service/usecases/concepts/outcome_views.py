"""Outcomes of launched decisions, as they are shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from schemas.outcome import Outcome, OutcomeEvidence, OutcomeSeen
from service.store.nouns import outcomes
from service.usecases.views import etag_of, show_row


def outcomes_in_short(connection: Connection, ids: Iterable[str]) -> dict[str, list[OutcomeSeen]]:
    """The verdicts that stand on these concepts' decisions, in short, by concept."""
    by_concept = outcomes.latest_by_concept(connection, ids)
    return defaultdict(
        list, {id: [show_row(OutcomeSeen, row) for row in rows] for id, rows in by_concept.items()}
    )


def show_outcomes(connection: Connection, concept: str, rows: Sequence[Row[Any]]) -> list[Outcome]:
    """Verdicts on one concept, whole."""
    evidence = outcomes.evidence_of(connection, [row.id for row in rows])
    return [
        show_row(
            Outcome,
            row,
            concept=concept,
            rationale=(row.words or {}).get("rationale", ""),
            evidence=[show_row(OutcomeEvidence, each) for each in evidence[row.id]],
        ).tagged(etag_of(row))
        for row in rows
    ]
