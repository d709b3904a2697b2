"""Do a conversation's row, and the rows that find it, say what its events say?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.json import Decoder
from msgspec.structs import asdict
from sqlalchemy import Row

from service.domain.record.conversation import ConversationFacts, ConversationWithdrawn, Revision
from service.domain.record.event import LogEntry
from service.store.nouns.conversations import attended, conversations
from service.store.reading import raw_log
from service.store.sql.columns import micros
from service.usecases.verification.events import UNREADABLE, entry_of
from service.usecases.verification.run import Run

Attendance = tuple[str, str, str, str, int]
Streams = Mapping[str, Sequence[LogEntry[Any]]]
"""The events of each conversation that say what it is, in order; the first is that it was recorded."""

COMPARED = [column.name for column in conversations.c if column.name not in ("id", "facts", "content")]
"""The columns that have to follow from a conversation's events one by one: a new one among them."""

_facts = Decoder(ConversationFacts).decode


def verify_conversations(run: Run, chain_id: int, chain: str) -> None:
    """The tables say what the events of a chain's conversations say, no more and no less."""
    for page in raw_log.recorded_talks(run.connection, chain_id):
        streams = _streams(run, page)
        stated = {each for entries in streams.values() for each in _stated(chain, entries)}
        stored = {tuple(row) for row in raw_log.attendance(run.connection, list(streams))}
        rows = {row.id: row for row in raw_log.conversations_of(run.connection, list(streams))}
        wrong = {
            attended.name: {each[0] for each in stated ^ stored},
            conversations.name: {id for id in streams if not _is_right(rows.get(id), chain, streams[id])},
        }
        for table, ids in wrong.items():
            for id in sorted(ids):
                run.findings.add("DERIVED_ROW_DIFFERS", chain, streams[id][0].seq, id, table)
    for id in raw_log.unrecorded_talks(run.connection, chain):
        run.findings.add("DERIVED_ROW_DIFFERS", chain, subject=str(id), table=conversations.name)


def _streams(run: Run, page: Sequence[Row[Any]]) -> Streams:
    streams: dict[str, list[LogEntry[Any]]] = defaultdict(list)
    for entry in filter(None, map(entry_of, page)):
        streams[entry.stream].append(entry)
    for entry in filter(None, map(entry_of, raw_log.later_of_talks(run.connection, list(streams)))):
        streams[entry.stream].append(entry)
    return streams


def _revisions(entries: Sequence[LogEntry[Any]]) -> list[Revision]:
    return [entry for entry in entries if isinstance(entry.event, ConversationFacts)]


def _stated(chain: str, entries: Sequence[LogEntry[Any]]) -> Iterator[Attendance]:
    """The rows of `attended` that a conversation's revisions add."""
    for entry in _revisions(entries):
        for person in {entries[0].actor, *(attendee.person for attendee in entry.event.attendees)}:
            yield entry.stream, person, chain, entry.event.segment, micros(entries[0].at)


def _is_right(row: Row[Any] | None, chain: str, entries: Sequence[LogEntry[Any]]) -> bool:
    """Returns whether the columns that rules read of a conversation follow from its events."""
    if row is None:
        return False
    first, last = entries[0], _revisions(entries)[-1]
    withdrawn = [micros(entry.at) for entry in entries if isinstance(entry.event, ConversationWithdrawn)]
    follows = {
        "portfolio": chain,
        "customer": last.event.customer,
        "kind": last.event.kind,
        "held_at": micros(last.event.held_at),
        "digest": last.digest,
        "revision": last.event.revision,
        "revised_at": micros(last.at),
        "revised_by": last.actor,
        "withdrawn_at": withdrawn[0] if withdrawn else None,
        "created_at": micros(first.at),
        "created_by": first.actor,
    }
    try:
        is_alike = asdict(_facts(row.facts)) == asdict(last.event)
    except UNREADABLE:
        return False
    return is_alike and all(getattr(row, name) == follows[name] for name in COMPARED)
