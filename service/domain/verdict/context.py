"""A gate, and the concept's citations as its criteria look at them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.observation import Observation
from schemas.process import Gate, Process
from service.domain.criteria.admissible import AssessedCitation, assessed_citations
from service.domain.criteria.evidence import EvidencePool, View
from service.domain.criteria.filters import NOTHING_TOUCHED
from service.domain.criteria.scope import scope_of
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress
from service.domain.observations.catalogue import observe, touched
from service.domain.observations.detector import sight_of
from service.domain.record.edition import FIRST
from service.domain.verdict.asked_decisions import DecisionAtGate, decisions_at


class DecisionView(NamedTuple):
    """A decision that is asked for, and the citations that its criteria look at."""

    asked: DecisionAtGate
    view: View


class GateContext(NamedTuple):
    """A gate with its decisions' citations. `whole`: for the gate's own criteria, all of them.
    `observations`: empty where nobody asked for them."""

    process: Process
    facts: Facts
    progress: Progress
    gate: Gate
    decisions: Sequence[DecisionView]
    whole: View
    observations: Sequence[Observation]


def filters_by_observations(process: Process) -> bool:
    """Returns whether some criterion counts only what is clear of observations."""
    return any(
        getattr(getattr(criterion, "where", None), "clear_of", None)
        for gate in process.gates
        for criteria in (gate.criteria, *(decision.criteria for decision in gate.decisions))
        for criterion in criteria
    )


def touching(
    process: Process, facts: Facts, progress: Progress, every: Sequence[AssessedCitation]
) -> Mapping[str, frozenset[str]]:
    """What observations touch, where some criterion counts only what is clear of them."""
    if facts.edition == FIRST or not filters_by_observations(process):
        return NOTHING_TOUCHED
    gate = progress.next_gate or process.gates[-1]
    return touched(observe(sight_of(process, facts, progress, gate, every, ())))


def build_context(
    process: Process,
    facts: Facts,
    progress: Progress,
    gate: Gate,
    themes: dict[str, str],
    *,
    observed: bool = True,
) -> GateContext:
    """The citations grouped by decision, with what each gate's filters compare with. Without `observed`, only
    what a filter asks for is observed."""
    every = assessed_citations(facts, process.counts)
    asking = decisions_at(process, gate, facts, progress)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    observations: Sequence[Observation] = ()
    if facts.edition > FIRST and (observed or filters_by_observations(process)):
        keys = (item.decision.key for item in asking)
        observations = observe(sight_of(process, facts, progress, gate, every, keys))
    clear = touched(observations)
    scopes = {key: scope_of(process, facts, progress, each, themes, clear) for key, each in gates.items()}
    pool = EvidencePool()
    own: defaultdict[str, list[AssessedCitation]] = defaultdict(list)
    for assessed in every:
        own[assessed.citation.decision].append(assessed)
    decisions = [
        DecisionView(item, View(item.gate.key, own[item.decision.key], scopes[item.gate.key], pool))
        for item in asking
    ]
    whole = View(gate.key, every, scopes[gate.key], pool)
    return GateContext(process, facts, progress, gate, decisions, whole, observations)
