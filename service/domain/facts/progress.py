"""Where a concept stands on its way: which gates it passed, its stage, its next gate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from schemas.process import Gate, Process
from schemas.vocabulary import ConceptStatus, Level
from service.domain.facts.model import Review


@dataclass(frozen=True, slots=True)
class Progress:
    """`passed`: instant of the standing go, by gate. `judged`: the version of each decision that was
    last passed, and the gate whose criteria it met. `killed_at`: None unless it is killed."""

    status: ConceptStatus
    stage: str
    next_gate: Gate | None
    passed: Mapping[str, datetime]
    judged: Mapping[str, tuple[str, int]]
    launched_at: datetime | None
    killed_at: datetime | None


def progress_of(process: Process, reviews: Iterable[Review]) -> Progress:
    """Walk the reviews in order: go passes, recycle takes back, kill closes, reopen opens again."""
    reviews = list(reviews)
    went = {review.gate for review in reviews if review.outcome == "go"}
    levels = {(g.key, d.key): d.level for g in process.gates if g.key in went for d in g.decisions}
    passed: dict[str, datetime] = {}
    judged: dict[str, tuple[str, int]] = {}
    killed_at: datetime | None = None
    on_hold = False
    for review in reviews:
        on_hold = review.outcome == "hold"
        if review.outcome == "kill":
            killed_at = review.at
        elif review.outcome == "reopen":
            killed_at = None
        elif review.outcome == "recycle":
            # Said by the process that it went by then. Before that was recorded, today's has to do.
            for key in review.recycled or gates_from(process, review.to):
                passed.pop(key, None)
        elif review.outcome == "go" and review.gate is not None:
            passed[review.gate] = review.at
            for key, version in review.versions.items():
                judged[key] = _judged_by(levels, key, review.gate, judged.get(key)), version
    following = next((gate for gate in process.gates if gate.key not in passed), None)
    return Progress(
        status=_status(killed=killed_at is not None, on_hold=on_hold, done=following is None),
        stage=_stage(process, following),
        next_gate=following,
        passed=passed,
        judged=judged,
        launched_at=next((passed.get(g.key) for g in process.gates if g.launch), None),
        killed_at=killed_at,
    )


def previous_go(process: Process, passed: Mapping[str, datetime], gate: Gate) -> datetime | None:
    """The instant of the go at the gate before this one; None at the first or when there was none."""
    earlier = before(process, gate)
    return passed.get(earlier[-1].key) if earlier else None


def before(process: Process, gate: Gate) -> Sequence[Gate]:
    """The gates before this one, in order."""
    return list(takewhile(lambda each: each.key != gate.key, process.gates))


def _judged_by(
    levels: Mapping[tuple[str, str], Level], decision: str, here: str, before: tuple[str, int] | None
) -> str:
    """The gate whose criteria a go here passed the decision by: one that asks for it as must, if
    need be the one that passed it before; else one that asks for it at all."""
    if levels.get((here, decision)) == "must":
        return here
    gates = [gate for gate in (here, before[0] if before else here) if (gate, decision) in levels]
    return next((gate for gate in gates if levels[gate, decision] == "must"), gates[0] if gates else here)


def gates_from(process: Process, key: str | None) -> list[str]:
    """The keys of this gate and of those after it."""
    order = [gate.key for gate in process.gates]
    return order[order.index(key) :] if key in order else []


def _stage(process: Process, following: Gate | None) -> str:
    if following is None:
        return process.gates[-1].stage
    earlier = before(process, following)
    return earlier[-1].stage if earlier else process.initial_stage


def _status(*, killed: bool, on_hold: bool, done: bool) -> ConceptStatus:
    if killed:
        return "killed"
    if done:
        return "completed"
    return "on_hold" if on_hold else "active"
