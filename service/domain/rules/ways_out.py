"""Who may confirm a slip, an admission or another wording, and of what."""

from datetime import timedelta

from schemas.conversation import Reason
from schemas.process import Process
from service.domain.criteria.admissible import assessed_citations
from service.domain.facts.model import Citation, Decision, Facts
from service.domain.facts.parties import GateBasis, part_of
from service.domain.rules.review_outcomes import Objection

SLIP_WITHIN = timedelta(days=1)
"""So soon a slip is noticed: later it is a change of mind."""
LIFTABLE: frozenset[Reason] = frozenset(
    (
        "TOO_SHORT",
        "SUMMARY_TOO_THIN",
        "NOT_FIRST_HAND",
        "JOINED_LATER",
        "SOLUTION_SHOWN",
        "NEAR_COPY",
    )
)
"""Rules of thumb. Kind, consent, independence and age are none."""


def dependent(facts: Facts, person: str, field: str) -> Objection | None:
    """Returns the objection to whoever had a part in the concept; None: they are independent of it."""
    basis = GateBasis(frozenset(facts.decisions), whole=True)
    part = "is on the concept's team" if person in facts.team else part_of(facts, basis, person)
    if part is None:
        return None
    rule = f"whoever {part} confirms nothing of it, whatever their role"
    return Objection("forbidden", field, rule, "ask a gatekeeper who had no part in it")


def slip_objection(facts: Facts, citation: Citation, person: str) -> Objection | None:
    """Returns why this was no slip, or is not theirs to confirm; None: it may be confirmed."""
    if citation.stance == "supports":
        return _invalid("is a support, and withdrawing that is enough", "cite it with the right stance")
    if citation.slip is not None:
        return _invalid("was confirmed as a slip before", "leave it at that")
    if not citation.withdrawn or citation.withdrawn_at is None:
        return _invalid("still stands", "withdraw it first: only what was taken back was a slip")
    if citation.withdrawn_at - citation.at > SLIP_WITHIN:
        return _invalid("was withdrawn more than a day later", "the decision's owner answers it")
    return dependent(facts, person, "path.citation")


def lifted(facts: Facts, process: Process, citation: Citation) -> tuple[Reason, ...]:
    """The reasons against a citation that an admission would lift."""
    codes = _codes(facts, process, citation)
    return tuple(code for code in codes if code in LIFTABLE)


def admission_objection(
    facts: Facts, process: Process, citation: Citation, gate: str | None, person: str
) -> Objection | None:
    """Returns why it may not be admitted at this gate, or not by them; None: it may."""
    if gate is None:
        return _invalid("is of a concept that has no gate to pass", "leave it at that")
    if citation.stance != "supports":
        return _invalid("does not support", "admit what supports the decision")
    codes = _codes(facts, process, citation)
    others = [code for code in codes if code not in LIFTABLE]
    if others:
        rule = f"does not count for {', '.join(others)} either, which no admission lifts"
        return _invalid(rule, "mend that first: its remedy stands in not_counted")
    if not codes:
        return _invalid("has no reason against it that an admission lifts", "leave it at that")
    most = process.admissions.most
    if facts.admissions.count((citation.decision, gate)) >= most:
        rule = f"{most} is the most that the process admits of a decision at a gate"
        return _invalid(rule, "mend it: its remedy stands in not_counted")
    return dependent(facts, person, "path.citation")


def wording_objection(facts: Facts, decision: Decision, person: str) -> Objection | None:
    """Returns why there is no wording to confirm, or not for them; None: it may be confirmed."""
    field = "path.decision"
    if decision.wording_of is None:
        remedy = "restate it with `wording_only: true`"
        return Objection("invalid-request", field, "is not said to be another wording only", remedy)
    if decision.is_confirmed:
        return Objection("invalid-request", field, "was confirmed before", "leave it at that")
    return dependent(facts, person, field)


def _codes(facts: Facts, process: Process, citation: Citation) -> tuple[Reason, ...]:
    every = assessed_citations(facts, process.counts)
    return next(each.codes for each in every if each.citation.id == citation.id)


def _invalid(rule: str, remedy: str) -> Objection:
    return Objection("invalid-request", "path.citation", rule, remedy)
