"""A gate, and the concept's citations as its criteria look at them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from schemas.process import Gate, Process
from service.domain.criteria.admissible import AssessedCitation, assessed_citations
from service.domain.criteria.evidence import EvidencePool, View
from service.domain.criteria.scope import scope_of
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress
from service.domain.verdict.asked_decisions import DecisionAtGate, decisions_at


class DecisionView(NamedTuple):
    """A decision that is asked for, and the citations that its criteria look at."""

    asked: DecisionAtGate
    view: View


class GateContext(NamedTuple):
    """A gate with its decisions' citations. `whole`: for the gate's own criteria, all of them."""

    process: Process
    facts: Facts
    progress: Progress
    gate: Gate
    decisions: Sequence[DecisionView]
    whole: View


def build_context(
    process: Process, facts: Facts, progress: Progress, gate: Gate, themes: dict[str, str]
) -> GateContext:
    """The citations grouped by decision, with what each gate's filters compare with."""
    every = assessed_citations(facts, process.counts)
    asking = decisions_at(process, gate, facts, progress)
    gates = {each.key: each for each in (gate, *(item.gate for item in asking))}
    scopes = {key: scope_of(process, facts, progress, each, themes) for key, each in gates.items()}
    pool = EvidencePool()
    own: defaultdict[str, list[AssessedCitation]] = defaultdict(list)
    for assessed in every:
        own[assessed.citation.decision].append(assessed)
    decisions = [
        DecisionView(item, View(item.gate.key, own[item.decision.key], scopes[item.gate.key], pool))
        for item in asking
    ]
    return GateContext(
        process, facts, progress, gate, decisions, View(gate.key, every, scopes[gate.key], pool)
    )
