"""A verdict as the contract shows it: berth-swap at G1, cut down to what blocks it."""

from datetime import UTC, date, datetime, timedelta

from schemas.process import ProcessRef
from schemas.readiness import (
    CriterionResult,
    DecisionResult,
    Deficit,
    Evidence,
    NotCounted,
    Readiness,
)

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
HELD_AT = datetime(2026, 11, 9, 10, tzinfo=UTC)
DIGEST = "sha256:9187ad59280fb5e9ebca26b26f6f1142e051abcf72d5180206f4d081540b60f5"

CUSTOMERS = CriterionResult(
    id="g1-problem-customers",
    kind="at_least",
    level="must",
    outcome="unmet",
    raw_outcome="unmet",
    required=3,
    actual=1,
    message="1 of 3 customers.",
    remedy="Needed: 2 more customers, held after 2026-08-24; record and cite what they said.",
    deficit=Deficit(missing=2, of="customers", where={}, held_after=date(2026, 8, 24)),
    evidence=[
        Evidence(
            citation="cit_001385-swap-08-problem",
            conversation="cnv_001376-swap-08",
            revision=1,
            digest="926607ac2951f6cba3bc57d2e955e93a8ea6b0b1db57a23c59cb82a3d6961b58",
            held_at=HELD_AT,
            expires_at=HELD_AT + timedelta(days=90),
            stance="supports",
        )
    ],
    unanswered=[],
    shared=None,
    waivable=True,
    waiver=None,
)

VERDICT = Readiness(
    verdict="blocked",
    ready=False,
    as_of=AS_OF,
    concept="berth-swap",
    portfolio="harbour",
    gate="G1",
    gate_title="Idea screen",
    process=ProcessRef(key="stage-gate", version=1, digest=DIGEST),
    position=121,
    input_digest="sha256:b9461be0dd806fafaba35d6c327f804d643b3e84fa044355297369d95de42d89",
    html_url="http://127.0.0.1:8000/docs#/Readiness/get_readiness",
    not_evaluable=None,
    passes_until=None,
    next_change_at=datetime(2026, 11, 23, tzinfo=UTC),
    opens_at=None,
    due_at=None,
    blocking=["g1-problem-customers"],
    warnings=[],
    owed=[],
    decisions=[
        DecisionResult(
            key="problem",
            title="The problem",
            level="must",
            asked_by="G1",
            statement="Small ports turn visiting vessels away on nights when a neighbour has a berth free.",
            version=1,
            owner="yuki",
            outcome="unmet",
            remedy=None,
            criteria=[CUSTOMERS],
        )
    ],
    gate_criteria=[],
    not_counted=[
        NotCounted(
            citation="cit_001170-swap-03-problem",
            conversation="cnv_001156-swap-03",
            decision="problem",
            code="KIND_NOT_EVIDENCE",
            message="This kind of record is not a live talk that the process counts.",
            criteria=[],
        )
    ],
    uncited=[],
)
