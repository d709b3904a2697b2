"""Cases of many concepts at once: their events in one statement, their themes in another."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.process import Process
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import prepare
from service.store.reading.history import histories
from service.usecases.processes.processes import PublishedProcess
from service.usecases.verdicts.cases import all_labels


class Gathered(NamedTuple):
    """A concept's row, and what is recorded of it."""

    concept: Row[Any]
    facts: Facts


def gathered(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Gathered]:
    """The facts of each of these concepts that has any. No row's `uncited` is known here."""
    recorded = histories(connection, [row.id for row in rows])
    for row in rows:
        facts = gather(recorded.pop(row.id))
        if facts is not None:
            yield Gathered(row, facts)


def case_of(
    judged_by: PublishedProcess, facts: Facts, labels: dict[str, str], *, explained: bool = True
) -> Case:
    """The concept's case at its next gate by this process."""
    return prepare(judged_by.process, judged_by.ref, None, facts, labels, explained=explained)


def labels_for(
    connection: Connection, by: Iterable[PublishedProcess], every: Iterable[Facts]
) -> dict[str, str]:
    """The themes' labels, where one of the processes filters by them."""
    if not any(map(filters_by_theme, {each.ref.digest: each.process for each in by}.values())):
        return {}
    return all_labels(connection, every)


def filters_by_theme(process: Process) -> bool:
    """Returns whether an outcome depends on a theme's label. Patterns go by ids, and only show labels."""
    return any(
        getattr(getattr(criterion, "where", None), "theme", None) is not None
        for gate in process.gates
        for criteria in (gate.criteria, *(decision.criteria for decision in gate.decisions))
        for criterion in criteria
    )
