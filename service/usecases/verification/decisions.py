"""Do the rows of decisions say what the log says: whose they are, and in which words?"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from service.store.dump import snapshot
from service.store.nouns import concepts
from service.store.nouns.decisions import decisions
from service.store.reading import raw_decisions
from service.store.reading.raw_log import lenient_text
from service.store.sql.columns import micros
from service.usecases.verification.events import entry_of
from service.usecases.verification.run import Run

Columns = dict[str, Any]


def verify_decisions(run: Run, chain: str) -> None:
    """The decisions of a portfolio's concepts, some at a time. Read as of one instant: one that is stated
    meanwhile has both its event and its row, or neither."""
    for ids in concepts.pages_of_ids(run.connection, chain):
        with snapshot(run.db) as connection, lenient_text(connection):
            stated = stated_by_concept(raw_decisions.stating_events(connection, ids))
            stored = _stored(raw_decisions.rows_of(connection, ids))
        for id in ids:
            if stated[id] != stored[id]:
                run.findings.add("DERIVED_ROW_DIFFERS", chain, subject=id, table=decisions.name)


def stated_by_concept(rows: Iterable[Row[Any]]) -> defaultdict[str, dict[Any, Columns]]:
    """The columns of each decision as these events say, by concept and key."""
    by_concept: defaultdict[str, dict[Any, Columns]] = defaultdict(dict)
    for row in rows:
        if (entry := entry_of(row)) is None:
            continue
        event, known = entry.event, by_concept[entry.stream]
        before = known.get(event.decision)
        first = {"created_at": micros(entry.at), "created_by": entry.actor}
        stamps = {"stated_at": micros(entry.at), "stated_by": entry.actor}
        if before is not None:
            first = {name: before[name] for name in first}
        if before is not None and before["version"] == event.version:
            stamps = {name: before[name] for name in stamps}
        known[event.decision] = {
            "concept": entry.stream,
            "key": event.decision,
            "version": event.version,
            "owner": event.owner,
            **stamps,
            "content": row.content,
            "revision": event.revision,
            **first,
        }
    return by_concept


def _stored(rows: Iterable[Row[Any]]) -> defaultdict[str, dict[Any, Columns]]:
    by_concept: defaultdict[str, dict[Any, Columns]] = defaultdict(dict)
    for row in rows:
        by_concept[row.concept][row.key] = row._asdict()
    return by_concept
