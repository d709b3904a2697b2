"""The decisions that a gate asks for: its own, and earlier ones that were restated since."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.process import Approvals, AskedDecision, Gate, Process
from service.domain.facts.model import Facts
from service.domain.facts.parties import GateBasis
from service.domain.facts.progress import Progress, before


class DecisionAtGate(NamedTuple):
    """A decision and the gate whose criteria it has to meet."""

    decision: AskedDecision
    gate: Gate


def decisions_at(process: Process, gate: Gate, facts: Facts, progress: Progress) -> list[DecisionAtGate]:
    """The gate's own decisions, then those restated after the review that last passed them."""
    return [
        *(DecisionAtGate(decision, gate) for decision in gate.decisions),
        *_restated(process, gate, facts, progress),
    ]


def _restated(process: Process, gate: Gate, facts: Facts, progress: Progress) -> Iterable[DecisionAtGate]:
    here = {decision.key for decision in gate.decisions if decision.level == "must"}
    for earlier in before(process, gate):
        for decision in earlier.decisions:
            last = progress.judged.get(decision.key)
            stated = facts.decisions.get(decision.key)
            if (
                last is not None
                and stated is not None
                and last[0] == earlier.key
                and stated.version > last[1]
                and decision.key not in here
            ):
                yield DecisionAtGate(decision, earlier)


def basis_at(process: Process, facts: Facts, progress: Progress, key: str) -> GateBasis:
    """What the gate with this key rests on."""
    gate = next(gate for gate in process.gates if gate.key == key)
    asked = {each.decision.key for each in decisions_at(process, gate, facts, progress)}
    return GateBasis(frozenset(asked), any(not isinstance(each, Approvals) for each in gate.criteria))
