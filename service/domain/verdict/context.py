"""A gate, and the concept's citations as its criteria look at them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from schemas.process import Gate, Process
from service.domain.criteria.admissible import CitationStanding, standings
from service.domain.criteria.evidence import EvidencePool, View
from service.domain.criteria.scope import scope_of
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress
from service.domain.verdict.asked_decisions import Asked, asked


class DecisionView(NamedTuple):
    """A decision that is asked for, and the citations that its criteria look at."""

    asked: Asked
    view: View


class GateContext(NamedTuple):
    """A gate with its decisions' citations. `whole`: for the gate's own criteria, all of them."""

    process: Process
    facts: Facts
    way: Progress
    gate: Gate
    decisions: Sequence[DecisionView]
    whole: View


def build_context(
    process: Process, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]
) -> GateContext:
    """The citations grouped by decision, with what each gate's filters compare with."""
    every = standings(facts, process.counts)
    asking = asked(process, gate, facts, way)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    scopes = {key: scope_of(process, facts, way, each, themes) for key, each in gates.items()}
    pool = EvidencePool()
    own: defaultdict[str, list[CitationStanding]] = defaultdict(list)
    for standing in every:
        own[standing.citation.decision].append(standing)
    decisions = [
        DecisionView(item, View(item.gate.key, own[item.decision.key], scopes[item.gate.key], pool))
        for item in asking
    ]
    return GateContext(process, facts, way, gate, decisions, View(gate.key, every, scopes[gate.key], pool))
