"""Do readers find each conversation by whoever recorded or attended it?"""

from collections.abc import Iterator, Mapping

from service.domain.record.conversation import Revision
from service.store.nouns.conversations import attended
from service.store.reading import raw_log
from service.store.sql.columns import micros
from service.usecases.verification.events import entry_of
from service.usecases.verification.run import Run

Attendance = tuple[str, str, str, str, int]


def verify_attendance(run: Run, chain_id: int, chain: str) -> None:
    """The table says what the events of a chain's conversations say, no more and no less."""
    for page in raw_log.recorded_talks(run.connection, chain_id):
        first: dict[str, Revision] = {entry.stream: entry for row in page if (entry := entry_of(row))}
        later = [
            entry for row in raw_log.revised_talks(run.connection, list(first)) if (entry := entry_of(row))
        ]
        stated = {each for entry in (*first.values(), *later) for each in _stated(chain, first, entry)}
        stored = {tuple(row) for row in raw_log.attendance(run.connection, list(first))}
        for id in sorted({each[0] for each in stated ^ stored}):
            run.findings.add("DERIVED_ROW_DIFFERS", chain, first[id].seq, id, attended.name)


def _stated(chain: str, first: Mapping[str, Revision], entry: Revision) -> Iterator[Attendance]:
    """The rows of `attended` that one revision adds."""
    recorded_at = micros(first[entry.stream].at)
    for person in {entry.actor, *(attendee.person for attendee in entry.event.attendees)}:
        yield entry.stream, person, chain, entry.event.segment, recorded_at
