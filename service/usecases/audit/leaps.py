"""Ending a leap: a clock that was ahead dated events, and what is recorded later would follow them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from schemas.audit import EndedLeap
from service.clock import TOLERANCE
from service.domain.facts.leaps import stream_of
from service.domain.record.leap import LeapEnded
from service.store.derived import readiness_index, subscription_state
from service.store.log import chains, idempotency
from service.store.log.chains import ORGANISATION, Chain
from service.store.notify import deliveries
from service.store.nouns import concepts
from service.store.reading import leaps
from service.store.sql.engine import Database
from service.usecases.unit_of_work import Caller, transaction


def end_leaps(db: Database, caller: Caller) -> Sequence[EndedLeap]:
    """Ends the leap in every chain whose last event is dated later than now, each in a transaction of its
    own; returns them. What was done stays done where it stops halfway."""
    with db.reading() as connection:
        ahead = chains.ahead_of(connection, caller.clock() + TOLERANCE)
    return [ended for head in ahead if (ended := _end(db, caller, head.key)) is not None]


def _end(db: Database, caller: Caller, key: str) -> EndedLeap | None:
    """Ends the leap of a chain; None where somebody else was first."""
    with transaction(db, caller) as tx:
        chain = chains.lock(tx, key, caller.clock)
        now = caller.clock()
        if chain is None or chain.head.at <= now + TOLERANCE:
            return None
        leap = LeapEnded(first=_first(tx, chain, key, now), until=chain.head.at)
        chain.follow_clock(now)
        chain.append(leap, stream_of(key), caller.person, token=caller.token)
        _date_rows_anew(tx, key, now)
        return EndedLeap(chain=key, first=leap.first, until=leap.until, ended_by=chain.head.seq, ended_at=now)


def _first(tx: Connection, chain: Chain, key: str, now: datetime) -> int:
    earlier = leaps.ends_of(tx, key)
    return chains.first_later(tx, chain.head, now, earlier[-1].seq if earlier else 0)


def _date_rows_anew(tx: Connection, key: str, now: datetime) -> None:
    """Dates rows by which something is found no later than now, and makes what was evaluated for a later
    instant due again."""
    idempotency.date_back(tx, now)
    deliveries.date_back(tx, now)
    if key == ORGANISATION:
        return
    concepts.date_back(tx, key, now)
    readiness_index.follow(tx, readiness_index.lock(tx, key))
    subscription_state.make_due(tx, key)
