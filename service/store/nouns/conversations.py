"""Conversations as they stand now; their revisions are in the log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from msgspec.structs import asdict

from service.domain.facts.model import Conversation
from service.domain.record.conversation import ConversationFacts, Revision
from service.store.log.chains import ExtraInserts
from service.store.nouns.recorded import revision_columns, within
from service.store.sql.columns import EventData, Moment, metadata
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.sql.upserts import insert_if_absent
from service.store.words.blind_index import insert_marks
from service.store.words.contents import contents, erased, words
from service.store.words.text_sketches import insert_sketch

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, sa.ForeignKey("portfolios.key"), nullable=False),
    sa.Column("customer", sa.Text, sa.ForeignKey("customers.key"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("held_at", Moment, nullable=False),
    sa.Column("facts", EventData(ConversationFacts), nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("revised_at", Moment, nullable=False),
    sa.Column("revised_by", sa.Text, nullable=False),
    sa.Column("withdrawn_at", Moment),
    *revision_columns(),
    sa.Index("ix_conversations_portfolio_id", "portfolio", "id"),
    sa.Index("ix_conversations_customer_id", "customer", "id"),
)

attended = sa.Table(
    "attended",
    metadata,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("portfolio", sa.Text, primary_key=True),
    sa.Column("segment", sa.Text, primary_key=True),
    sa.Column("recorded_at", Moment, primary_key=True),
    sa.Column("conversation", sa.Text, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Index("ix_attended_conversation", "conversation"),
    sqlite_with_rowid=False,
)
"""Who recorded or attended a conversation with which segment, by any revision of it."""


_WORDLESS: sa.Select[Any] = sa.select(conversations, erased.c.erased_at).outerjoin(
    erased, erased.c.content == conversations.c.content
)


def query() -> sa.Select[Any]:
    """Conversations with their words."""
    return _WORDLESS.add_columns(words).outerjoin(contents, contents.c.id == conversations.c.content)


def find(
    connection: sa.Connection, conversation_id: str, portfolios: Collection[str] | None = None
) -> sa.Row[Any] | None:
    """One conversation; None when there is none in these portfolios (None: in any)."""
    if portfolios is None:
        return _FIND.first(connection, id=conversation_id)
    matching = (conversations.c.id == conversation_id) & within(conversations.c.portfolio, portfolios)
    return connection.execute(query().where(matching)).one_or_none()


_FIND = Prepared(query().where(conversations.c.id == sa.bindparam("id")))
_CREATED = [column.name for column in conversations.c if column.name != "withdrawn_at"]


@lru_cache(maxsize=64)
def _enter(people: int, marks: int, hashes: int) -> tuple[sa.Insert, ...]:
    """The inserts of a conversation with so many people there, ids elsewhere, and hashes of a sketch."""
    created = sa.insert(conversations).values({name: sa.bindparam(name) for name in _CREATED})
    sketched = insert_sketch(hashes)
    return created, _attend(people), sketched, *([insert_marks("conversation", marks)] if marks else [])


def _attend(people: int) -> sa.Insert:
    keys = {"portfolio": "portfolio", "recorded_at": "created_at", "conversation": "id", "segment": "segment"}
    same: dict[str, Any] = {
        name: sa.bindparam(key, type_=attended.c[name].type) for name, key in keys.items()
    }
    return sa.insert(attended).values([{**same, "person": person} for person in numbers(people)])


def insert_first_revision(
    columns: Mapping[str, Any], there: Collection[str], marks: Sequence[str], sketch: Sequence[int]
) -> ExtraInserts:
    """A conversation in its first revision, who was there, the marks of its ids elsewhere, and the sketch of
    its summary."""
    listed = {**numbered(sorted(there)), **{f"mark{n}": each for n, each in enumerate(marks)}}
    listed |= {f"hash{n}": each for n, each in enumerate(sketch)}
    values = {**columns, **listed, "segment": columns["facts"].segment}
    return ExtraInserts(_enter(len(there), len(marks), len(sketch)), values)


def from_row(row: sa.Row[Any], revision: Revision | None = None) -> Conversation:
    """A conversation as the rules see it, from its row, in its latest revision or the one given; `erased_at`
    has to be in the row."""
    facts, digest = (revision.event, revision.digest) if revision else (row.facts, row.digest)
    at, by = (revision.at, revision.actor) if revision else (row.revised_at, row.revised_by)
    return Conversation(
        **asdict(facts),
        id=row.id,
        recorded_at=row.created_at,
        author=row.created_by,
        revised_at=at,
        reviser=by,
        digest=digest,
        withdrawn=row.withdrawn_at is not None,
        erased=row.erased_at is not None,
        ended_at=min(filter(None, (row.withdrawn_at, row.erased_at)), default=None),
    )


def in_portfolio(connection: sa.Connection, portfolio: str, ids: Iterable[str]) -> list[str]:
    """The ids, among these, of conversations in this portfolio."""
    matching = (conversations.c.portfolio == portfolio) & conversations.c.id.in_(list(ids))
    return list(connection.execute(sa.select(conversations.c.id).where(matching)).scalars())


def of_portfolio(connection: sa.Connection, portfolio: str, ids: Iterable[str]) -> Sequence[sa.Row[Any]]:
    """The rows, among these, of conversations in this portfolio, without words; and when they were erased."""
    matching = (conversations.c.portfolio == portfolio) & conversations.c.id.in_(list(ids))
    return connection.execute(_WORDLESS.where(matching)).all()


_NOTE = insert_if_absent(attended)


def add_attendance(
    tx: sa.Connection,
    conversation_id: str,
    portfolio: str,
    segment: str,
    recorded_at: datetime,
    people: set[str],
) -> None:
    """Add what a revision says to what the earlier ones said."""
    same = {"portfolio": portfolio, "segment": segment, "recorded_at": recorded_at}
    for person in sorted(people):
        _NOTE.run(tx, conversation=conversation_id, person=person, **same)


def attended_by(connection: sa.Connection, portfolio: str, person: str) -> Sequence[sa.Row[Any]]:
    """The portfolio's conversations that somebody recorded or attended, by any revision, the latest first;
    those that were withdrawn or erased are left out."""
    ids = sa.select(attended.c.conversation).where(
        attended.c.person == person, attended.c.portfolio == portfolio
    )
    stands = conversations.c.withdrawn_at.is_(None) & erased.c.content.is_(None)
    query = _WORDLESS.where(conversations.c.id.in_(ids), stands)
    return connection.execute(query.order_by(conversations.c.held_at.desc(), conversations.c.id)).all()
