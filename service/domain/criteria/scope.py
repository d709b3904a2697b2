"""What the filters of criteria compare with at a gate."""

from datetime import timedelta

from schemas.process import Gate, Process
from service.domain.criteria.filters import Scope
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress, previous_go


def scope_of(process: Process, facts: Facts, way: Progress, gate: Gate, themes: dict[str, str]) -> Scope:
    """The gate's window, the instants that `since` means, the concept's segment and team."""
    said = "within_days" in gate.model_fields_set
    days = gate.within_days if said else process.counts.within_days
    return Scope(
        window=timedelta(days=days) if days else None,
        since={"previous_gate": previous_go(process, way.passed, gate), "launch": way.launched_at},
        primary_segment=facts.primary_segment,
        team=facts.team,
        themes=themes,
    )
