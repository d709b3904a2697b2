"""The outcomes that a gate review may have, given where the concept stands."""

from typing import NamedTuple

from schemas.process import Process
from schemas.vocabulary import Mode, ReviewOutcome
from service.domain.facts.progress import Progress


class Objection(NamedTuple):
    """A reason why something is out of order, as a problem of this type. `detail`: None where field and
    rule do."""

    problem_type: str
    field: str
    rule: str
    remedy: str
    detail: str | None = None


def objection(
    process: Process, progress: Progress, outcome: ReviewOutcome, gate: str | None, to: str | None
) -> Objection | None:
    """Returns why the outcome is out of order, whether it is earned or not; None: it is in order."""
    if to is not None and outcome != "recycle":
        return Objection("invalid-request", "body.to", "belongs to recycle only", "leave it out")
    if outcome == "reopen":
        return None if progress.status == "killed" else NOT_KILLED
    unknown = _unknown_gate(process, gate)
    if unknown is not None or progress.status == "killed":
        return unknown or KILLED
    return _wrong_gate(progress, outcome, gate) or _wrong_return(process, gate, to)


def misplaced(outcome: ReviewOutcome, *, conversations: bool, override: bool) -> Objection | None:
    """Returns an objection if the body has conversations or an override that this outcome does not take."""
    if conversations and outcome == "go":
        remedy = "cite them for the decisions that the gate asks for, and leave it out here"
        return Objection("invalid-request", "body.conversations", "a go rests on what is cited", remedy)
    if override and outcome != "reopen":
        return Objection("invalid-request", "body.override", "belongs to reopen only", "leave it out")
    return None


def is_attempt(problem: Objection, progress: Progress, outcome: ReviewOutcome, gate: str | None) -> bool:
    """Returns whether a go that is out of order is recorded all the same, as a refused attempt.

    A gate that has its go may be ready for another; to press twice is no attempt to get past it.
    """
    if outcome != "go" or problem.problem_type == "invalid-request":
        return False
    return progress.status == "killed" or gate not in progress.passed


def lets_pass(mode: Mode, *, ready: bool, acknowledged: bool) -> bool:
    """Returns whether a process in this mode lets a go or a reopening pass. Verdicts do not depend on it."""
    return ready or mode == "observe" or (mode == "warn" and acknowledged)


NOT_KILLED = Objection(
    "concept-not-killed",
    "body.outcome",
    "only a killed concept can be reopened",
    "decide its next gate",
)
KILLED = Objection("concept-killed", "body.outcome", "a killed concept is not reviewed", "reopen it first")


def _unknown_gate(process: Process, gate: str | None) -> Objection | None:
    keys = [each.key for each in process.gates]
    if gate is not None and gate in keys:
        return None
    rule = "must be a gate of the concept's process"
    return Objection("invalid-request", "body.gate", rule, f"one of {', '.join(keys)}")


def _wrong_gate(progress: Progress, outcome: ReviewOutcome, gate: str | None) -> Objection | None:
    if progress.next_gate is None:
        if outcome in ("kill", "recycle"):
            return None
        rule = "every gate has its go"
        return Objection("all-gates-passed", "body.gate", rule, "recycle to a gate, or kill")
    if gate != progress.next_gate.key:
        rule = f"the next gate is {progress.next_gate.key}"
        return Objection("gate-not-next", "body.gate", rule, f"decide {progress.next_gate.key}")
    return None


def _wrong_return(process: Process, gate: str | None, to: str | None) -> Objection | None:
    keys = [each.key for each in process.gates]
    if to is None or gate is None or (to in keys and keys.index(to) <= keys.index(gate)):
        return None
    earlier = ", ".join(keys[: keys.index(gate) + 1])
    rule = "must be this gate or an earlier one"
    return Objection("invalid-request", "body.to", rule, f"one of {earlier}")
