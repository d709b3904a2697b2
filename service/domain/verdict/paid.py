"""What pays a debt: its criterion met on what was stated then, or met by a later gate without a waiver."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from schemas.process import Criterion, Gate, Process
from service.domain.facts.model import Facts, Waiver
from service.domain.facts.progress import gates_from

AMOUNTS = ("at_least", "pattern", "disconfirmation")
"""The fields that say how many a criterion asks for."""


class PlacedCriterion(NamedTuple):
    """A criterion and where the process asks for it; `decision` None: of the whole gate."""

    gate: Gate
    decision: str | None
    criterion: Criterion


def placed_criteria(process: Process) -> Iterable[PlacedCriterion]:
    """Every criterion of the process, in its place."""
    for gate in process.gates:
        yield from (PlacedCriterion(gate, None, criterion) for criterion in gate.criteria)
        for decision in gate.decisions:
            yield from (PlacedCriterion(gate, decision.key, criterion) for criterion in decision.criteria)


def as_stated_at(facts: Facts, instant: datetime) -> Facts:
    """The facts, with each decision in the version that it had at this instant."""
    versions = {each.decision: each.version for each in facts.wordings if each.at <= instant}
    decisions = {
        key: stated._replace(version=versions.get(key, stated.version))
        for key, stated in facts.decisions.items()
    }
    return replace(facts, decisions=decisions)


def later_pass(process: Process, facts: Facts, waiver: Waiver, placed: PlacedCriterion) -> datetime | None:
    """The instant of the first go at a later gate that asked for as much, and got it without a waiver; None:
    there was none."""
    asking = {
        each.gate.key: each.criterion.id
        for each in placed_criteria(process)
        if each.decision == placed.decision and _asks_as_much(each, placed)
    }
    later = {key: asking[key] for key in gates_from(process, waiver.gate)[1:] if key in asking}
    moved_at = max((each.at for each in facts.changes if each.what == "process"), default=None)
    return min(
        (
            each.at
            for each in facts.reviews
            if each.outcome == "go"
            and each.ready
            and each.gate in later
            and (moved_at is None or each.at >= moved_at)
            and not _was_waived(facts, each.gate, later[each.gate])
        ),
        default=None,
    )


def _was_waived(facts: Facts, gate: str | None, criterion: str | None) -> bool:
    return any(
        each.gate == gate and criterion in each.criteria and each.went_at is not None
        for each in facts.waivers.values()
    )


def _asks_as_much(later: PlacedCriterion, placed: PlacedCriterion) -> bool:
    """Returns whether the later criterion binds, and asks for the same, or for more of it."""
    decision = next((each for each in later.gate.decisions if each.key == later.decision), None)
    is_must = later.criterion.level == "must" and (decision is None or decision.level == "must")
    asked, before = (_terms(each.criterion) for each in (later, placed))
    return is_must and asked[0] == before[0] and asked[1] >= before[1]


def _terms(criterion: Criterion) -> tuple[object, int]:
    amount = next((getattr(criterion, name) for name in AMOUNTS if hasattr(criterion, name)), 0)
    beside = {"id", "level", "waivable", "why", *AMOUNTS}
    return (type(criterion), criterion.model_dump(exclude=beside)), amount
