"""What a gate review may decide, given where the concept stands."""

from typing import NamedTuple

from schemas.process import Process
from schemas.vocabulary import Mode, ReviewOutcome
from service.domain.progress import Progress


class Objection(NamedTuple):
    """Why an outcome is out of order; `kind` is one of the problems."""

    kind: str
    field: str
    rule: str
    remedy: str


def objection(
    process: Process, way: Progress, outcome: ReviewOutcome, gate: str | None, to: str | None
) -> Objection | None:
    """None when the outcome is in order. Whether a go is earned is the verdict's to say."""
    if to is not None and outcome != "recycle":
        return Objection("invalid-request", "body.to", "belongs to recycle only", "leave it out")
    if outcome == "reopen":
        return None if way.status == "killed" else NOT_KILLED
    if way.status == "killed":
        return KILLED
    return _wrong_gate(process, way, outcome, gate) or _wrong_return(process, gate, to)


def lets_pass(mode: Mode, *, ready: bool, acknowledged: bool) -> bool:
    """Whether a process in this mode lets a go pass. The verdict is the same in every mode."""
    return ready or mode == "observe" or (mode == "warn" and acknowledged)


NOT_KILLED = Objection(
    "concept-not-killed",
    "body.outcome",
    "only a killed concept can be reopened",
    "decide its next gate",
)
KILLED = Objection("concept-killed", "body.outcome", "a killed concept is not reviewed", "reopen it first")


def _wrong_gate(
    process: Process, way: Progress, outcome: ReviewOutcome, gate: str | None
) -> Objection | None:
    keys = [each.key for each in process.gates]
    if gate is None or gate not in keys:
        rule = "must be a gate of the concept's process"
        return Objection("invalid-request", "body.gate", rule, f"one of {', '.join(keys)}")
    if way.next_gate is None:
        if outcome in ("kill", "recycle"):
            return None
        rule = "every gate has its go"
        return Objection("all-gates-passed", "body.gate", rule, "recycle to a gate, or kill")
    if gate != way.next_gate.key:
        rule = f"the next gate is {way.next_gate.key}"
        return Objection("gate-not-next", "body.gate", rule, f"decide {way.next_gate.key}")
    return None


def _wrong_return(process: Process, gate: str | None, to: str | None) -> Objection | None:
    keys = [each.key for each in process.gates]
    if to is None or gate is None or (to in keys and keys.index(to) <= keys.index(gate)):
        return None
    earlier = ", ".join(keys[: keys.index(gate) + 1])
    rule = "must be this gate or an earlier one"
    return Objection("invalid-request", "body.to", rule, f"one of {earlier}")
