"""Do a concept's row, its citations, badges and snapshot say what follows from the log?"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.facts.progress import progress_of
from service.domain.record.citation import CitationMade
from service.domain.record.concept import ConceptFacts
from service.domain.record.event import LogEntry
from service.domain.verdict.readiness import verdict
from service.store.derived import snapshots
from service.store.nouns import badges, citations, concepts
from service.store.reading.history import history
from service.usecases.concepts.concepts import progress_columns
from service.usecases.processes.processes import PublishedProcess, published
from service.usecases.verdicts.cases import case_at, load_case
from service.usecases.verification.events import UNREADABLE, require_lists
from service.usecases.verification.run import Run


def verify_concepts(run: Run, chain: str) -> None:
    """Every concept of a portfolio, some at a time."""
    done = 0
    for ids in concepts.pages_of_ids(run.connection, chain):
        for id in ids:
            for table in _differing(run, id):
                run.findings.add("DERIVED_ROW_DIFFERS", chain, subject=id, table=table)
        done += len(ids)
        run.progress(f"{chain}: {done:,} concepts folded")


def _differing(run: Run, id: str) -> Iterator[str]:
    """The tables whose rows of this concept are not what follows from the log."""
    folded = _fold(run, id)
    if folded is None:
        yield concepts.concepts.name
        return
    if not _is_row_right(folded):
        yield concepts.concepts.name
    if citations.cited_on(run.connection, id) != _cited(folded.events, id):
        yield citations.citations.name
    if badges.rows_of(run.connection, id) != badges.stated(run.connection, id):
        yield badges.badges.name
    if not _is_snapshot_right(run.connection, folded):
        yield snapshots.snapshots.name


class Folded(NamedTuple):
    """A concept's row, and what its events say up to the position that was read with the row."""

    row: Row[Any]
    events: Sequence[LogEntry[Any]]
    facts: Facts
    judged_by: PublishedProcess


def _fold(run: Run, id: str) -> Folded | None:
    """None where its row or its events cannot be read."""
    try:
        row = concepts.raw(run.connection, id)
        require_lists(row)
        events = history(run.connection, row, position=row.last_position)
        facts = gather(events)
        judged_by = facts and published(run.db, run.connection, facts.process_key, facts.process_version)
    except UNREADABLE:
        return None
    return Folded(row, events, facts, judged_by) if facts and judged_by else None


def _is_row_right(folded: Folded) -> bool:
    """Returns whether the columns by which a concept and its events are found follow from its events."""
    row, events, facts, judged_by = folded
    stated = [entry.event for entry in events if isinstance(entry.event, ConceptFacts)]
    follows = {
        "key": facts.concept,
        "portfolio": facts.portfolio,
        "process_key": facts.process_key,
        "process_version": facts.process_version,
        "team_ever": sorted({person for each in stated for person in each.team}),
        "segments_ever": sorted({s for each in stated for s in (each.primary_segment, *each.segments)}),
        "created_at": facts.created_at,
        **progress_columns(progress_of(judged_by.process, facts.reviews)),
    }
    return all(getattr(row, name) == value for name, value in follows.items())


def _cited(events: Sequence[LogEntry[Any]], concept: str) -> set[tuple[str, str]]:
    """Citations with their conversations: what finds the events of the conversations."""
    made = (entry.event for entry in events if entry.stream == concept)
    return {(event.citation, event.conversation) for event in made if isinstance(event, CitationMade)}


def _is_snapshot_right(connection: Connection, folded: Folded) -> bool:
    """Returns whether a snapshot is as it was sealed, and gives the verdict that the log gives."""
    row, _, facts, judged_by = folded
    try:
        cases = (load_case(connection, judged_by, row).case, case_at(connection, judged_by, facts))
        verdicts = [verdict(case, judged_by.process, facts.latest) for case in cases if case]
        return snapshots.is_whole(connection, row) and verdicts[0] == verdicts[-1]
    except UNREADABLE:
        return False
