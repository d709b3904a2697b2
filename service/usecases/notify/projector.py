"""The projector reads the logs of followed portfolios, and writes a notice for each transition of a concept's
readiness and for each event that subscribers hear of.

Any number of workers may run it at any time: a portfolio's cursor is the lock, and notices are a function of
the log. Nobody who writes to the log pays for it, and no use case can forget to notify.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from msgspec import convert
from sqlalchemy import Connection, Row, true

from schemas.flips import USUAL_DAYS, NoticeData
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
from service.domain.record.event import LogEntry
from service.domain.record.leap import LeapEnded
from service.domain.verdict.readiness import verdict_span
from service.store.derived import followers, subscription_state
from service.store.derived.followers import Cursor
from service.store.derived.subscription_state import SUBSCRIPTIONS, CursorState, State, Subscribed
from service.store.log import chains
from service.store.log.chains import digest_at
from service.store.notify import webhooks
from service.store.reading.history import histories
from service.store.sql.columns import instant_of, micros
from service.store.sql.engine import Database
from service.usecases.notify.event_notices import about
from service.usecases.notify.outbox import NewNotice, enter
from service.usecases.processes.processes import version_of
from service.usecases.verdicts.many_cases import case_of, labels_for

EVENTS, CONCEPTS = 200, 100
"""So many at a time: what bounds memory, and how long a transaction takes."""


def subscribe(tx: Connection, portfolios: Sequence[str] | None, at: datetime) -> None:
    """Makes the projector follow these portfolios (None: all) from this instant on."""
    chosen = true() if portfolios is None else chains.chains.c.key.in_(portfolios)
    subscription_state.begin(tx, chosen, micros(at))


def subscribe_new(db: Database, now: datetime) -> None:
    """Makes the projector follow portfolios that are new, where a webhook is of all portfolios."""
    with db.reading() as connection:
        wanted = any(hook.portfolios is None for hook in webhooks.enabled(connection))
        if not (wanted and subscription_state.is_new(connection)):
            return
    with db.writing() as tx:
        subscription_state.begin_new(tx, micros(now))


def follow_all(db: Database, clock: Clock, portfolios: Iterable[str] | None = None) -> bool:
    """Follows each followed portfolio among these (None: all) up to now; returns whether any was behind."""
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
    """Follows a portfolio by some events and some concepts; returns whether there is more to do."""
    end = _end(db, clock, portfolio)
    with db.reading() as connection:
        cursor = followers.find(connection, SUBSCRIPTIONS, portfolio)
        days = _days(connection)
        if cursor is None or end is None:
            return end is not None and _reset_cursor(db, portfolio)
        digest = digest_at(connection, portfolio, cursor.position)
        if not cursor.is_of(digest):
            return _restart(db, clock, portfolio)
        log_range = _log_range(connection, cursor, *end, days)
        projected = _projected(db, connection, cursor, log_range)
        is_last = log_range.position == end.position and len(projected) < CONCEPTS
    with db.writing() as tx:
        locked = followers.lock(tx, SUBSCRIPTIONS, portfolio)
        if locked != cursor or digest_at(tx, portfolio, log_range.position) != log_range.digest:
            return True  # somebody else moved it, or it is another log by now
        before = CursorState(*locked.state)
        if before.days != days:
            followers.make_due(tx, SUBSCRIPTIONS, SUBSCRIPTIONS.rows.c.portfolio == portfolio)
            followers.advance(tx, locked._replace(state=CursorState(days, before.notices)))
            return True
        for each in projected:
            subscription_state.save(tx, portfolio, each.id, _stored(each.state, log_range))
        notices = sorted(
            (one for each in projected for one in each.notices), key=lambda one: (one.at, one.order)
        )
        after = CursorState(days, enter(tx, portfolio, before.notices, notices, clock()))
        moved = locked._replace(position=log_range.position, at=micros(log_range.end), state=after)
        followers.advance(tx, moved)
    return not is_last


def _restart(db: Database, clock: Clock, portfolio: str) -> bool:
    with db.writing() as tx:
        chain = chains.lock(tx, portfolio, clock)
        if chain is not None:
            subscription_state.restart(tx, portfolio, micros(chain.now))
    return True


def _reset_cursor(db: Database, portfolio: str) -> bool:
    with db.writing() as tx:
        if followers.lock(tx, SUBSCRIPTIONS, portfolio) is None:
            subscription_state.reset_cursor(tx, portfolio)
        return subscription_state.is_followed(tx, portfolio)


class _End(NamedTuple):
    """The end of a portfolio's log: whatever is recorded afterwards has a later position and instant."""

    position: int
    at: datetime


class _LogRange(NamedTuple):
    """A stretch of a portfolio's log that is followed at once, up to a position, where it has this digest.
    `end`: time is followed up to, and not at, this instant."""

    portfolio: str
    events: Sequence[Row[Any]]
    concepts: Sequence[str]
    position: int
    digest: str | None
    end: datetime
    days: Sequence[int]


class _Projected(NamedTuple):
    """A concept's state at the end of the stretch, and the notices about it."""

    id: str
    state: ReadinessState
    notices: list[NewNotice]


def _end(db: Database, clock: Clock, portfolio: str) -> _End | None:
    """The end as it is while nobody writes there: writers take their instant under the same lock."""
    with db.writing() as tx:
        chain = chains.lock(tx, portfolio, clock)
        return _End(chain.head.seq, chain.now) if chain else None


def _days(connection: Connection) -> list[int]:
    """The numbers of days before a verdict's end at which a webhook, or the stream, is warned of it."""
    return sorted({USUAL_DAYS, *(hook.days for hook in webhooks.enabled(connection))})


def _log_range(
    connection: Connection, cursor: Cursor, position: int, end: datetime, days: Sequence[int]
) -> _LogRange:
    portfolio, since = cursor.portfolio, cursor.position
    upto = min(position, since + EVENTS)
    events = followers.recorded(connection, portfolio, since, upto)
    if upto < position:
        end = events[-1].at
    if not any(event.type == LeapEnded.type for event in events):
        end = max(end, instant_of(cursor.at))
    touched = connection.execute(followers.concerned_between(portfolio, since, upto)).scalars()
    due = followers.due(connection, SUBSCRIPTIONS, portfolio, micros(end) - 1, CONCEPTS)
    digest = events[-1].digest if events else digest_at(connection, portfolio, upto)
    return _LogRange(portfolio, events, list(dict.fromkeys([*touched, *due])), upto, digest, end, days)


def _projected(
    db: Database, connection: Connection, cursor: Cursor, log_range: _LogRange
) -> list[_Projected]:
    if not log_range.concepts:
        return []
    followed = subscription_state.subscribed(connection, cursor, log_range.concepts)
    recorded = histories(connection, [each.id for each in followed])
    return [_project(db, connection, log_range, each, recorded.pop(each.id)) for each in followed]


def _project(
    db: Database,
    connection: Connection,
    log_range: _LogRange,
    concept: Subscribed,
    events: list[LogEntry[Any]],
) -> _Projected:
    known = [event for event in events if event.seq <= log_range.position]
    row = concept.row or State(_before(log_range, known), 0, None)
    begin = instant_of(row.at)
    judge_at = _judges(db, connection, known)
    start = judge_at(row.position)
    state = start(begin) if row.state is None else _restored(row.state)
    later = {event.seq: event for event in known if event.seq > row.position}
    steps = [
        Step(event.at, judge_at(seq), ends_leap=isinstance(event.event, LeapEnded))
        for seq, event in sorted(later.items())
    ]
    followed = follow(start, state, begin, steps, log_range.end, log_range.days)
    notices = [_of_transition(log_range, concept.key, each) for each in followed.transitions]
    notices += _of_events(log_range, concept, row.position, known, judge_at, begin)
    return _Projected(concept.id, followed.state, notices)


def _before(log_range: _LogRange, known: list[LogEntry[Any]]) -> int:
    """The position where a concept that was not followed begins: before this stretch's first event of it."""
    first = log_range.events[0].seq if log_range.events else log_range.position + 1
    return min((event.seq for event in known if event.seq >= first), default=first) - 1


def _judges(db: Database, connection: Connection, events: Iterable[LogEntry[Any]]) -> Callable[[int], Judge]:
    """Returns, for a position, the judge who knows the events up to there."""
    ordered = sorted(events, key=lambda event: event.seq)

    @cache
    def judge_at(position: int) -> Judge:
        facts = gather([event for event in ordered if event.seq <= position])
        if facts is None:
            return lambda _: NOWHERE
        by = version_of(db, connection, facts.process_key, facts.process_version)
        case = case_of(by, facts, labels_for(connection, [by], [facts]))
        return lambda at: state_of(verdict_span(case, by.process, at))

    return judge_at


def _of_transition(log_range: _LogRange, key: str, transition: Transition) -> NewNotice:
    state = transition.state
    data = NoticeData(
        portfolio=log_range.portfolio,
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
    log_range: _LogRange,
    concept: Subscribed,
    since: int,
    known: Iterable[LogEntry[Any]],
    judge_at: Callable[[int], Judge],
    begin: datetime,
) -> Iterator[NewNotice]:
    """The notices of what was recorded, whether or not it changed the concept's readiness."""
    streams = streams_of(concept.id, known)
    ends = [entry.seq for entry in known if isinstance(entry.event, LeapEnded)]
    for event in log_range.events:
        if event.seq <= since or event.stream not in streams or (subject := about(event)) is None:
            continue
        type, facts = subject
        is_after_leap = any(since < end <= event.seq for end in ends)
        state = judge_at(event.seq)(event.at if is_after_leap else max(event.at, begin))
        common = {"gate": state.gate, "verdict": state.verdict, "ready": state.ready}
        data = NoticeData(
            portfolio=log_range.portfolio,
            concept=concept.key,
            passes_until=state.passes_until,
            position=event.seq,
            **{**common, **facts},
        )
        yield NewNotice(type, event.at, (event.seq, 0), data, state.process)


def _stored(state: ReadinessState, log_range: _LogRange) -> State:
    holds_until = due_at(state, log_range.end, log_range.days) or FOREVER
    stored = {**state._asdict(), "overdue": sorted(state.overdue)}
    return State(log_range.position, micros(log_range.end), stored, micros(holds_until))


def _restored(stored: Mapping[str, Any]) -> ReadinessState:
    return convert([stored[name] for name in ReadinessState._fields], ReadinessState)
