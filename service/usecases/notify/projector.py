"""Following the logs of watched portfolios: what flipped since, and what happened, becomes notices.

Anybody may follow, at any time, however many do: a portfolio's row of `watched` is the lock, and what is
found is a function of the log. Nobody who writes pays for it, and none can forget to tell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, true

from schemas.flips import USUAL_DAYS, NoticeData, NoticeType
from service.clock import Clock
from service.domain.facts.concerns import streams_of
from service.domain.facts.fold import gather
from service.domain.notify.transitions import (
    NOWHERE,
    Flip,
    Judge,
    ReadinessState,
    Step,
    due_at,
    follow,
    state_of,
)
from service.domain.record.catalogue import read
from service.domain.record.citation import CitationMade
from service.domain.record.conversation import ConversationErased
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewDecided
from service.domain.verdict.readiness import lasting
from service.store.derived import readiness_index, subscription_state
from service.store.log import chains
from service.store.notify import webhooks
from service.store.reading.history import histories
from service.store.sql.columns import EPOCH
from service.store.sql.engine import Database
from service.usecases.notify.outbox import NewNotice, enter
from service.usecases.processes.processes import Published, published
from service.usecases.verdicts.many_cases import Gathered, case_of, labels_for

EVENTS, CONCEPTS = 200, 100
"""So many at a time: what bounds memory, and how long a transaction takes."""
CITED_AGAINST = ("contradicts", "mixed")


def watch(tx: Connection, portfolios: Sequence[str] | None, at: datetime) -> None:
    """From this instant on these portfolios (None: all) are followed."""
    chosen = true() if portfolios is None else chains.chains.c.key.in_(portfolios)
    subscription_state.begin(tx, chosen, at)


def watch_new(db: Database, now: datetime) -> None:
    """Portfolios that came since are followed too, where somebody wants to be told of all."""
    with db.reading() as connection:
        wanted = any(hook.portfolios is None for hook in webhooks.listening(connection))
        if not (wanted and subscription_state.is_new(connection)):
            return
    with db.writing() as tx:
        subscription_state.begin_new(tx, now)


def follow_all(db: Database, clock: Clock, within: ColumnElement[bool] | None = None) -> bool:
    """Follow every watched portfolio, or these, as far as now; whether anything was found to do."""
    chosen = true() if within is None else within
    with db.reading() as connection:
        behind = subscription_state.behind(connection, chosen, clock())
    failed: Exception | None = None
    for portfolio in behind:
        try:
            while follow_some(db, clock, portfolio):
                pass
        except Exception as error:
            # What is wrong with one portfolio keeps nobody else's waiting.
            failed = failed or error
    if failed is not None:
        raise failed
    return bool(behind)


def follow_some(db: Database, clock: Clock, portfolio: str) -> bool:
    """Follow a portfolio by some events and some concepts; whether there is more to do."""
    end = _end(db, clock, portfolio)
    with db.reading() as connection:
        seen = subscription_state.find(connection, portfolio)
        days = _days(connection)
        if seen is None or end is None:
            return False
        stretch = _stretch(connection, seen, *end, days)
        found = _found(db, connection, stretch)
        is_last = stretch.position == end.position and len(found) < CONCEPTS
    with db.writing() as tx:
        held = subscription_state.hold(tx, portfolio)
        if held.sweeps != seen.sweeps:
            return True
        if held.days != days:
            subscription_state.wake(tx, portfolio, days)
            return True
        subscription_state.keep(tx, portfolio, [_row(each, stretch) for each in found])
        told = sorted((one for each in found for one in each.told), key=lambda one: (one.at, one.order))
        count = enter(tx, portfolio, held.notices, told, clock())
        subscription_state.advance(tx, portfolio, stretch.position, stretch.end, count)
    return not is_last


class _End(NamedTuple):
    """Whatever is recorded later is later than this, in the log and by the clock."""

    position: int
    at: datetime


class _Stretch(NamedTuple):
    """What is followed at once. `end`: time is followed up to, and not at, this instant."""

    portfolio: str
    events: Sequence[Row[Any]]
    concepts: Sequence[str]
    position: int
    end: datetime
    days: Sequence[int]


class _Concept(NamedTuple):
    """How a concept stands at the end of the stretch, and what is to be told."""

    id: str
    standing: ReadinessState
    told: list[NewNotice]


def _end(db: Database, clock: Clock, portfolio: str) -> _End | None:
    """Taken while nobody writes there: writers take their instant under the same lock."""
    with db.writing() as tx:
        chain = chains.hold(tx, portfolio, clock)
        return _End(chain.head.seq, chain.now) if chain else None


def _days(connection: Connection) -> list[int]:
    """The days before an end of which somebody is told; the stream always is."""
    return sorted({USUAL_DAYS, *(hook.days for hook in webhooks.listening(connection))})


def _stretch(
    connection: Connection, seen: Row[Any], position: int, end: datetime, days: Sequence[int]
) -> _Stretch:
    upto = min(position, seen.position + EVENTS)
    events = subscription_state.recorded(connection, seen.portfolio, seen.position, upto)
    if upto < position:
        end = events[-1].at
    end = max(end, seen.at)
    touched = subscription_state.touched(connection, {event.stream for event in events}) if events else []
    due = subscription_state.due(connection, seen.portfolio, end, CONCEPTS)
    concepts = list(dict.fromkeys([*touched, *due]))
    return _Stretch(seen.portfolio, events, concepts, upto, end, days)


def _found(db: Database, connection: Connection, stretch: _Stretch) -> list[_Concept]:
    if not stretch.concepts:
        return []
    rows = subscription_state.rows_of(connection, stretch.concepts)
    recorded = histories(connection, [row.id for row in rows])
    return [_followed(db, connection, stretch, row, recorded.pop(row.id)) for row in rows]


def _followed(
    db: Database, connection: Connection, stretch: _Stretch, row: Row[Any], events: list[LogEntry[Any]]
) -> _Concept:
    known = [event for event in events if event.seq <= stretch.position]
    since = row.position if row.position is not None else _before(stretch, known)
    begin = row.at or EPOCH
    judges = _Judges(db, connection, row, known)
    start = judges.by(since)
    standing = _restored(row.standing) if row.standing else start(begin)
    later = sorted({event.seq: event.at for event in known if event.seq > since}.items())
    steps = [Step(at, judges.by(seq)) for seq, at in later]
    followed = follow(start, standing, begin, steps, stretch.end, stretch.days)
    told = [_flip(stretch, row.key, flip) for flip in followed.flips]
    told += _events(stretch, row, since, known, judges, begin)
    return _Concept(row.id, followed.standing, told)


def _before(stretch: _Stretch, known: list[LogEntry[Any]]) -> int:
    """Where a concept that was not watched begins: before this stretch's first event of it."""
    first = stretch.events[0].seq if stretch.events else stretch.position + 1
    return min((event.seq for event in known if event.seq >= first), default=first) - 1


class _Judges:
    """By what is recorded of a concept up to an event."""

    def __init__(
        self, db: Database, connection: Connection, row: Row[Any], events: Iterable[LogEntry[Any]]
    ) -> None:
        self._db, self._connection, self._row = db, connection, row
        self._events = sorted(events, key=lambda event: event.seq)
        self._made: dict[int, Judge] = {}

    def by(self, position: int) -> Judge:
        """The judge who knows the events up to this position."""
        if position not in self._made:
            self._made[position] = self._make(position)
        return self._made[position]

    def _make(self, position: int) -> Judge:
        facts = gather([event for event in self._events if event.seq <= position])
        if facts is None:
            return _nowhere
        by = _published(self._db, self._connection, facts.process_key, facts.process_version)
        found = Gathered(self._row, facts, EPOCH)
        case = case_of(by, found, labels_for(self._connection, [by], [found]))
        return lambda at: state_of(lasting(case, by.process, at))


def _nowhere(_: datetime) -> ReadinessState:
    return NOWHERE


def _published(db: Database, connection: Connection, key: str, version: int) -> Published:
    found = published(db, connection, key, version)
    if found is None:
        raise LookupError("a concept's process version is gone")
    return found


def _flip(stretch: _Stretch, key: str, flip: Flip) -> NewNotice:
    standing = flip.standing
    data = NoticeData(
        portfolio=stretch.portfolio,
        concept=key,
        gate=standing.gate,
        verdict=standing.verdict,
        ready=standing.ready,
        passes_until=standing.passes_until,
        position=standing.position,
        days=flip.days,
        waiver=flip.waiver,
    )
    return NewNotice(flip.type, flip.at, (standing.position, 1), data, standing.process)


def _events(
    stretch: _Stretch,
    row: Row[Any],
    since: int,
    known: Iterable[LogEntry[Any]],
    judges: _Judges,
    begin: datetime,
) -> Iterator[NewNotice]:
    """What is told of because it was recorded, not because anything flipped."""
    mine = streams_of(row.id, known)
    for event in stretch.events:
        if event.seq <= since or event.stream not in mine or (about := _about(event)) is None:
            continue
        type, facts = about
        standing = judges.by(event.seq)(max(event.at, begin))
        common = {"gate": standing.gate, "verdict": standing.verdict, "ready": standing.ready}
        data = NoticeData(
            portfolio=stretch.portfolio,
            concept=row.key,
            passes_until=standing.passes_until,
            position=event.seq,
            **{**common, **facts},
        )
        yield NewNotice(type, event.at, (event.seq, 0), data, standing.process)


def _about(row: Row[Any]) -> tuple[NoticeType, dict[str, Any]] | None:
    match read(row.type, row.data):
        case ReviewDecided() as review:
            facts = {"review": review.review, "gate": review.gate, "outcome": review.outcome}
            ready = review.verdict in ("ready", "waived")
            return "review.decided", {**facts, "verdict": review.verdict, "ready": ready}
        case CitationMade() as made if made.stance in CITED_AGAINST:
            names = ("citation", "conversation", "decision", "stance")
            return "contradiction.recorded", {name: getattr(made, name) for name in names}
        case ConversationErased():
            return "evidence.erased", {"conversation": row.stream}
    return None


def _row(found: _Concept, stretch: _Stretch) -> dict[str, Any]:
    next_at = due_at(found.standing, stretch.end, stretch.days)
    return {
        "concept": found.id,
        "position": stretch.position,
        "at": stretch.end,
        "standing": _stored(found.standing),
        "next_at": next_at or readiness_index.FOREVER,
    }


def _stored(standing: ReadinessState) -> dict[str, Any]:
    return {**standing._asdict(), "overdue": sorted(standing.overdue)}


def _restored(stored: Mapping[str, Any]) -> ReadinessState:
    times = {name: _instant(stored[name]) for name in ("passes_until", "changes_at")}
    process = (str(stored["process"][0]), int(stored["process"][1]))
    return ReadinessState(**{**stored, **times, "overdue": frozenset(stored["overdue"]), "process": process})


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
