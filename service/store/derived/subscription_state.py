"""The readiness of each concept as subscribers last heard of it: the next transition starts there.

Derived from the log, but no cache: a portfolio's rows begin when somebody first subscribes to it.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.store.derived import followers
from service.store.derived.followers import EPOCH_MICROS, Cursor, Follower
from service.store.log.chains import ORGANISATION, chains, digest_at
from service.store.notify import notices
from service.store.nouns.concepts import LIVE, concepts
from service.store.sql.columns import metadata
from service.store.sql.upserts import upsert
from service.store.words.authentic import checked, with_code

subscription_state = sa.Table(
    "subscription_state",
    metadata,
    sa.Column("concept", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text),
    sa.Column("holds_until", sa.BigInteger, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Index("ix_subscription_state_portfolio_due", "portfolio", "due_at"),
)
"""`state` just before `at`, by the events up to `position`, as JSON; null: not worked out yet. `holds_until`:
when time alone may have turned something. Instants are microseconds. `code`: over all columns but `due_at`,
which is `holds_until`, or sooner where everything is to be looked at again."""

log = logging.getLogger("gateproof")

SUBSCRIPTIONS = Follower("subscriptions", subscription_state)


class CursorState(NamedTuple):
    """The state of a cursor: how many days before an end a warning is due, and how many notices there are."""

    days: Sequence[int]
    notices: int


class Subscribed(NamedTuple):
    """A concept, and its row; None where it is followed from now on."""

    id: str
    key: str
    row: "State | None"


class State(NamedTuple):
    """A concept's state just before `at`, by the events up to `position`; None: not worked out."""

    position: int
    at: int
    state: Any
    holds_until: int = EPOCH_MICROS


def begin(tx: sa.Connection, portfolios: sa.ColumnElement[bool], at: int) -> None:
    """Follow these portfolios, each from the end of its log at this instant; what is followed stays so."""
    for chain in tx.execute(_not_followed().where(portfolios)).all():
        if not _begin(tx, chain.key, chain.seq, at):
            continue
        _save_live(tx, chain.key, State(chain.seq, at, None))


def _save_live(tx: sa.Connection, portfolio: str, state: State) -> None:
    live = sa.select(concepts.c.id).where(concepts.c.portfolio == portfolio, concepts.c.status.in_(LIVE))
    for id in tx.execute(live).scalars().all():
        save(tx, portfolio, id, state)


def begin_new(tx: sa.Connection, at: int) -> None:
    """Follow the portfolios that are not followed yet, from their very beginning: they are new."""
    for chain in tx.execute(_not_followed()).all():
        _begin(tx, chain.key, 0, at)


def is_new(connection: sa.Connection) -> bool:
    """Returns whether there is a portfolio that is not followed."""
    return connection.execute(_not_followed().limit(1)).first() is not None


def _not_followed() -> sa.Select[Any]:
    columns = followers.followers.c
    known = sa.exists().where(columns.portfolio == chains.c.key, columns.name == SUBSCRIPTIONS.name)
    return sa.select(chains.c.key, chains.c.seq).where(chains.c.key != ORGANISATION, ~known)


def _begin(tx: sa.Connection, portfolio: str, position: int, at: int) -> bool:
    return followers.begin(tx, Cursor(SUBSCRIPTIONS.name, portfolio, position, at, 0, CursorState([], 0)))


def reset_cursor(tx: sa.Connection, portfolio: str) -> None:
    """Replaces a cursor that was not written here by one at the last position of a genuine row. If that is
    too early, the same notices are found again, with the same ids, and are told once."""
    matching = subscription_state.c.portfolio == portfolio
    rows = tx.execute(sa.select(subscription_state).where(matching)).all()
    good = [state for state in _states(tx, rows) if state is not None]
    position, at = max((row.position for row in good), default=0), max((row.at for row in good), default=0)
    state = CursorState([], notices.last(tx, portfolio))
    followers.advance(tx, Cursor(SUBSCRIPTIONS.name, portfolio, position, at, 0, state))


def restart(tx: sa.Connection, portfolio: str, at: int) -> None:
    """Follows the portfolio from the end of its log at this instant, if its cursor is of another log. What
    happened before is not told, for nobody knows what was told of it."""
    cursor = followers.lock(tx, SUBSCRIPTIONS, portfolio)
    if cursor is None or cursor.is_of(digest_at(tx, portfolio, cursor.position)):
        return
    log.warning("the messages of a portfolio were worked out from another log: they begin anew from now on")
    tx.execute(sa.delete(subscription_state).where(subscription_state.c.portfolio == portfolio))
    seq = tx.execute(sa.select(chains.c.seq).where(chains.c.key == portfolio)).scalar_one()
    state = CursorState([], notices.last(tx, portfolio))
    followers.advance(tx, Cursor(SUBSCRIPTIONS.name, portfolio, seq, at, 0, state))
    _save_live(tx, portfolio, State(seq, at, None))


def notice_counts(connection: sa.Connection, portfolios: Iterable[str]) -> dict[str, int]:
    """How many notices each of these portfolios has had, by its cursor."""
    cursors = followers.cursors(connection, SUBSCRIPTIONS, list(portfolios))
    return {each.portfolio: CursorState(*each.state).notices for each in cursors}


def subscribed(connection: sa.Connection, cursor: Cursor, ids: Sequence[str]) -> list[Subscribed]:
    """These concepts, each with its row. One that was not written here is as if it began with the cursor."""
    matching = subscription_state.c.concept == concepts.c.id
    query: sa.Select[Any] = sa.select(subscription_state, *concepts.c["id", "key"])
    joined = query.select_from(concepts.outerjoin(subscription_state, matching)).where(concepts.c.id.in_(ids))
    rows = connection.execute(joined).all()
    start = State(cursor.position, cursor.at, None)
    return [
        Subscribed(row.id, row.key, None if row.concept is None else state or start)
        for row, state in zip(rows, _states(connection, rows), strict=True)
    ]


def _states(connection: sa.Connection, rows: Sequence[Any]) -> Iterator[State | None]:
    """The state of each row; None where it is not as it was written here."""
    for row, is_ours in checked(connection, subscription_state, rows):
        state = orjson.loads(row.state) if is_ours and row.state is not None else None
        yield State(row.position, row.at, state, row.holds_until) if is_ours else None


_SAVE = upsert(subscription_state, where="true")


def save(tx: sa.Connection, portfolio: str, concept: str, state: State) -> None:
    """Stores the concept's present state."""
    written = None if state.state is None else orjson.dumps(state.state).decode()
    names = {"concept": concept, "portfolio": portfolio, "state": written, "due_at": state.holds_until}
    _SAVE.run_with(tx, with_code(tx, subscription_state, state._asdict() | names))


def is_followed(connection: sa.Connection, portfolio: str) -> bool:
    """Returns whether the projector follows this portfolio."""
    columns = followers.followers.c
    query = sa.select(columns.position).where(
        columns.name == SUBSCRIPTIONS.name, columns.portfolio == portfolio
    )
    return connection.execute(query).first() is not None


def make_due(tx: sa.Connection, portfolio: str) -> None:
    """Makes every row of the portfolio due at once; whoever is following it starts again."""
    cursor = followers.lock(tx, SUBSCRIPTIONS, portfolio)
    if cursor is not None:
        followers.make_due(tx, SUBSCRIPTIONS, subscription_state.c.portfolio == portfolio)
        followers.advance(tx, cursor)


def behind(connection: sa.Connection, portfolios: Iterable[str] | None, instant: int) -> list[str]:
    """The followed portfolios among these (None: all) with new events, or rows due before this instant."""
    lags = followers.lags(connection, SUBSCRIPTIONS, None if portfolios is None else list(portfolios))
    late = (each for each in lags if each.is_followed and each.is_behind(each.seq, instant - 1))
    return sorted(each.portfolio for each in late)
