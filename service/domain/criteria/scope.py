"""The scope of a gate: the values with which its criteria's filters compare."""

from collections.abc import Mapping
from datetime import timedelta

from schemas.process import Gate, Process
from service.domain.criteria.admissible import freshness
from service.domain.criteria.filters import NOTHING_TOUCHED, Scope
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress, previous_go
from service.domain.facts.teams import teams_of


def scope_of(
    process: Process,
    facts: Facts,
    progress: Progress,
    gate: Gate,
    themes: dict[str, str],
    touched: Mapping[str, frozenset[str]] = NOTHING_TOUCHED,
) -> Scope:
    """The gate's window, the instants that `since` means, the concept's segment and team, and what
    observations touch."""
    return Scope(
        window=window_at(process, gate),
        since={"previous_gate": previous_go(process, progress.passed, gate), "launch": progress.launched_at},
        primary_segment=facts.primary_segment,
        team=facts.team,
        teams=teams_of(facts),
        themes=themes,
        touched=touched,
        edition=facts.edition,
        merged_themes=facts.merged_themes,
    )


def window_at(process: Process, gate: Gate | None) -> timedelta | None:
    """The time for which a conversation usually counts: the gate's window if it has one, or the process's."""
    if gate is not None and "within_days" in gate.model_fields_set:
        return freshness(gate.within_days)
    return freshness(process.counts.within_days)
