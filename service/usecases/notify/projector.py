"""Following the logs of portfolios that somebody is told of: what turned since, and what happened, becomes
notices.

Anybody may follow, at any time, however many do: a portfolio's cursor is the lock, and what is found is a
function of the log. Nobody who writes pays for it, and none can forget to tell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, true

from schemas.flips import USUAL_DAYS, NoticeData, NoticeType
from schemas.vocabulary import AGAINST, PASSING
from service.clock import Clock
from service.domain.criteria.intervals import FOREVER
from service.domain.facts.concerns import streams_of
from service.domain.facts.fold import gather
from service.domain.notify.transitions import (
    NOWHERE,
    Judge,
    ReadinessState,
    Step,
    Transition,
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
from service.store.derived import followers, subscription_state
from service.store.derived.followers import Cursor
from service.store.derived.subscription_state import SUBSCRIPTIONS, State, Subscribed, Told
from service.store.log import chains
from service.store.notify import webhooks
from service.store.reading.history import histories
from service.store.sql.columns import instant_of, micros
from service.store.sql.engine import Database
from service.usecases.notify.outbox import NewNotice, enter
from service.usecases.processes.processes import Published, published
from service.usecases.verdicts.many_cases import case_of, labels_for

EVENTS, CONCEPTS = 200, 100
"""So many at a time: what bounds memory, and how long a transaction takes."""


def subscribe(tx: Connection, portfolios: Sequence[str] | None, at: datetime) -> None:
    """From this instant on these portfolios (None: all) are followed."""
    chosen = true() if portfolios is None else chains.chains.c.key.in_(portfolios)
    subscription_state.begin(tx, chosen, micros(at))


def subscribe_new(db: Database, now: datetime) -> None:
    """Portfolios that came since are followed too, where somebody wants to be told of all."""
    with db.reading() as connection:
        wanted = any(hook.portfolios is None for hook in webhooks.listening(connection))
        if not (wanted and subscription_state.is_new(connection)):
            return
    with db.writing() as tx:
        subscription_state.begin_new(tx, micros(now))


def follow_all(db: Database, clock: Clock, portfolios: Iterable[str] | None = None) -> bool:
    """Follow each portfolio that somebody is told of, or these, as far as now; whether any was behind."""
    with db.reading() as connection:
        behind = subscription_state.behind(connection, portfolios, micros(clock()))
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
        seen = followers.find(connection, SUBSCRIPTIONS, portfolio)
        days = _days(connection)
        if seen is None or end is None:
            return end is not None and _begin_again(db, portfolio)
        stretch = _stretch(connection, seen, *end, days)
        projected = _projected(db, connection, seen, stretch)
        is_last = stretch.position == end.position and len(projected) < CONCEPTS
    with db.writing() as tx:
        held = followers.hold(tx, SUBSCRIPTIONS, portfolio)
        if held is None or held.generation != seen.generation:
            return True
        before = Told(*held.state)
        if before.days != days:
            followers.wake(tx, SUBSCRIPTIONS, SUBSCRIPTIONS.rows.c.portfolio == portfolio)
            followers.advance(tx, held._replace(state=Told(days, before.notices)))
            return True
        for each in projected:
            subscription_state.keep(tx, portfolio, each.id, _kept(each.state, stretch))
        news = sorted((one for each in projected for one in each.news), key=lambda one: (one.at, one.order))
        told = Told(days, enter(tx, portfolio, before.notices, news, clock()))
        moved = held._replace(position=stretch.position, at=micros(stretch.end), state=told)
        followers.advance(tx, moved)
    return not is_last


def _begin_again(db: Database, portfolio: str) -> bool:
    with db.writing() as tx:
        if followers.hold(tx, SUBSCRIPTIONS, portfolio) is None:
            subscription_state.begin_again(tx, portfolio)
        return subscription_state.is_followed(tx, portfolio)


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


class _Projected(NamedTuple):
    """A concept's state at the end of the stretch, and what is to be told."""

    id: str
    state: ReadinessState
    news: list[NewNotice]


def _end(db: Database, clock: Clock, portfolio: str) -> _End | None:
    """Taken while nobody writes there: writers take their instant under the same lock."""
    with db.writing() as tx:
        chain = chains.hold(tx, portfolio, clock)
        return _End(chain.head.seq, chain.now) if chain else None


def _days(connection: Connection) -> list[int]:
    """The days before an end of which somebody is told; the stream always is."""
    return sorted({USUAL_DAYS, *(hook.days for hook in webhooks.listening(connection))})


def _stretch(
    connection: Connection, seen: Cursor, position: int, end: datetime, days: Sequence[int]
) -> _Stretch:
    upto = min(position, seen.position + EVENTS)
    events = followers.recorded(connection, seen.portfolio, seen.position, upto)
    if upto < position:
        end = events[-1].at
    end = max(end, instant_of(seen.at))
    touched = connection.execute(followers.touched_between(seen.portfolio, seen.position, upto)).scalars()
    due = followers.due(connection, SUBSCRIPTIONS, seen.portfolio, micros(end) - 1, CONCEPTS)
    concepts = list(dict.fromkeys([*touched, *due]))
    return _Stretch(seen.portfolio, events, concepts, upto, end, days)


def _projected(db: Database, connection: Connection, seen: Cursor, stretch: _Stretch) -> list[_Projected]:
    if not stretch.concepts:
        return []
    followed = subscription_state.subscribed(connection, seen, stretch.concepts)
    recorded = histories(connection, [each.id for each in followed])
    return [_project(db, connection, stretch, each, recorded.pop(each.id)) for each in followed]


def _project(
    db: Database, connection: Connection, stretch: _Stretch, concept: Subscribed, events: list[LogEntry[Any]]
) -> _Projected:
    known = [event for event in events if event.seq <= stretch.position]
    row = concept.row or State(_before(stretch, known), 0, None)
    begin = instant_of(row.at)
    judges = _Judges(db, connection, known)
    start = judges.by(row.position)
    state = start(begin) if row.state is None else _restored(row.state)
    later = sorted({event.seq: event.at for event in known if event.seq > row.position}.items())
    steps = [Step(at, judges.by(seq)) for seq, at in later]
    followed = follow(start, state, begin, steps, stretch.end, stretch.days)
    news = [_of_transition(stretch, concept.key, each) for each in followed.transitions]
    news += _of_events(stretch, concept, row.position, known, judges, begin)
    return _Projected(concept.id, followed.state, news)


def _before(stretch: _Stretch, known: list[LogEntry[Any]]) -> int:
    """Where a concept that was not followed begins: before this stretch's first event of it."""
    first = stretch.events[0].seq if stretch.events else stretch.position + 1
    return min((event.seq for event in known if event.seq >= first), default=first) - 1


class _Judges:
    """By what is recorded of a concept up to an event."""

    def __init__(self, db: Database, connection: Connection, events: Iterable[LogEntry[Any]]) -> None:
        self._db, self._connection = db, connection
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
        case = case_of(by, facts, labels_for(self._connection, [by], [facts]))
        return lambda at: state_of(lasting(case, by.process, at))


def _nowhere(_: datetime) -> ReadinessState:
    return NOWHERE


def _published(db: Database, connection: Connection, key: str, version: int) -> Published:
    found = published(db, connection, key, version)
    if found is None:
        raise LookupError("a concept's process version is gone")
    return found


def _of_transition(stretch: _Stretch, key: str, transition: Transition) -> NewNotice:
    state = transition.state
    data = NoticeData(
        portfolio=stretch.portfolio,
        concept=key,
        gate=state.gate,
        verdict=state.verdict,
        ready=state.ready,
        passes_until=state.passes_until,
        position=state.position,
        days=transition.days,
        waiver=transition.waiver,
    )
    return NewNotice(transition.type, transition.at, (state.position, 1), data, state.process)


def _of_events(
    stretch: _Stretch,
    concept: Subscribed,
    since: int,
    known: Iterable[LogEntry[Any]],
    judges: _Judges,
    begin: datetime,
) -> Iterator[NewNotice]:
    """What is told of because it was recorded, not because anything turned."""
    mine = streams_of(concept.id, known)
    for event in stretch.events:
        if event.seq <= since or event.stream not in mine or (about := _about(event)) is None:
            continue
        type, facts = about
        state = judges.by(event.seq)(max(event.at, begin))
        common = {"gate": state.gate, "verdict": state.verdict, "ready": state.ready}
        data = NoticeData(
            portfolio=stretch.portfolio,
            concept=concept.key,
            passes_until=state.passes_until,
            position=event.seq,
            **{**common, **facts},
        )
        yield NewNotice(type, event.at, (event.seq, 0), data, state.process)


def _about(row: Row[Any]) -> tuple[NoticeType, dict[str, Any]] | None:
    match read(row.type, row.data):
        case ReviewDecided() as review:
            facts = {"review": review.review, "gate": review.gate, "outcome": review.outcome}
            ready = review.verdict in PASSING
            return "review.decided", {**facts, "verdict": review.verdict, "ready": ready}
        case CitationMade() as made if made.stance in AGAINST:
            names = ("citation", "conversation", "decision", "stance")
            return "contradiction.recorded", {name: getattr(made, name) for name in names}
        case ConversationErased():
            return "evidence.erased", {"conversation": row.stream}
    return None


def _kept(state: ReadinessState, stretch: _Stretch) -> State:
    holds_until = due_at(state, stretch.end, stretch.days) or FOREVER
    stored = {**state._asdict(), "overdue": sorted(state.overdue)}
    return State(stretch.position, micros(stretch.end), stored, micros(holds_until))


def _restored(stored: Mapping[str, Any]) -> ReadinessState:
    times = {name: _instant(stored[name]) for name in ("passes_until", "changes_at")}
    process = (str(stored["process"][0]), int(stored["process"][1]))
    overdue = frozenset(stored["overdue"])
    return ReadinessState(**{**stored, **times, "overdue": overdue, "process": process})


def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
