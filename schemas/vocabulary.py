"""The words that everything uses. Each enumeration stands here once."""

from typing import Literal, get_args

EvidenceKind = Literal["interview", "site_visit", "customer_call", "usability_session"]
ConversationKind = Literal[
    "interview",
    "site_visit",
    "customer_call",
    "usability_session",
    "survey",
    "sales_call",
    "support_ticket",
    "report",
    "stakeholder_opinion",
    "diary_form",
    "written_response",
    "self_authored",
]
Relationship = Literal["advocate", "customer", "prospect", "churned", "lost", "stranger"]
Origin = Literal[
    "customer_pattern",
    "customer_request",
    "mandate",
    "technology_push",
    "competitor_copy",
    "other",
]
Conductor = Literal["own_team", "third_party"]
Consent = Literal["none", "notes", "quote_internally", "quote_publicly"]
CommitmentKind = Literal["money", "time", "reputation"]
Stance = Literal["supports", "contradicts", "mixed", "neutral"]
AGAINST: tuple[Stance, ...] = ("contradicts", "mixed")
"""What the owner of the decision has to answer."""
Effect = Literal["changed", "confirmed", "dropped"]

Unit = Literal["conversations", "customers", "participants", "segments", "weeks", "quotes", "interviewers"]
Since = Literal["previous_gate", "launch"]
Has = Literal["quote", "commitment", "past_spend", "transcript"]
Level = Literal["must", "should"]
Mode = Literal["enforce", "warn", "observe"]

Verdict = Literal["ready", "waived", "blocked", "not_evaluable"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
PASSING: tuple[Verdict, ...] = ("ready", "waived")
"""With which a go passes."""
CriterionOutcome = Literal["met", "unmet", "waived", "not_applicable"]
WaiverState = Literal["requested", "active", "not_needed", "expired", "rejected", "revoked", "outdated"]
WaiverRuling = Literal["approved", "rejected", "revoked"]
Vote = Literal["go", "no_go"]
ApprovalOutdated = Literal[
    "RESTATED",
    "CONTRADICTED",
    "WAIVED",
    "PROCESS_MOVED",
    "EVIDENCE_WITHDRAWN",
    "EVIDENCE_ERASED",
    "REVISED",
    "DECIDED",
    "BECAME_A_PARTY",
    "SLIP_CONFIRMED",
    "ADMITTED",
]
Wording = Literal["pending", "confirmed"]
NotEvaluable = Literal[
    "GATE_NOT_OPEN", "CONCEPT_KILLED", "ALL_GATES_PASSED", "NOT_YET_RECORDED", "NO_SUCH_GATE"
]

ReviewOutcome = Literal["go", "hold", "recycle", "kill", "reopen"]
GoRefused = Literal["gate-not-ready", "gate-not-next", "concept-killed"]
ConceptStatus = Literal["active", "on_hold", "killed", "completed"]

OutcomeVerdict = Literal["held", "did_not_hold"]
Learning = Literal["generalise", "leave_behind"]
Became = Literal["held", "did_not_hold", "open", "restated"]
