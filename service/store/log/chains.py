"""The log's chains: one per portfolio and one for the organisation, each gap-free and in order."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from service.clock import Clock
from service.domain.record.catalogue import TURNED
from service.domain.record.event import Event
from service.store.sql.columns import EPOCH, Moment, metadata, partial_index
from service.store.sql.outcome import WITNESS, leave_witness
from service.store.sql.prepared import PipelinedWrites, Prepared
from service.store.sql.transactions import forget_locks, transaction_memo
from service.store.words.contents import INSERT_WORDS, StoredText

ORGANISATION = "organisation"

chains = sa.Table(
    "chains",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)
"""The head of each chain. Its row is the lock that orders the portfolio's writers."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("chain", sa.Integer, sa.ForeignKey("chains.id"), primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("ix_events_stream_seq", "stream", "seq"),
    sa.Index("ix_events_chain_type_seq", "chain", "type", "seq"),
)
"""Everything that ever happened: ids, facts and commitments. Rows are never changed or removed."""

has_turned = events.c.type.in_([sa.literal_column(f"'{type}'") for type in TURNED])
partial_index("ix_events_turned", events.c.chain, events.c.seq, where=has_turned)

BEGINNING = "0" * 64
VIA = "via"
"""The name, in an event's data, of the token by which it came: the digest covers it like all else there."""


class Head(NamedTuple):
    """A chain as far as it goes."""

    id: int
    key: str
    seq: int
    at: datetime
    digest: str


_HEAD = sa.select(*(chains.c[name] for name in Head._fields)).where(chains.c.key == sa.bindparam("key"))
_LOCK = Prepared(_HEAD.with_for_update(key_share=True), Head)
_ADD = (
    sa.update(chains)
    .where(chains.c.id == sa.bindparam("chain"))
    .values({name: sa.bindparam(name) for name in ("seq", "at", "digest")}),
    sa.insert(events).values({column.name: sa.bindparam(column.name) for column in events.c}),
)


class ExtraInserts(NamedTuple):
    """Rows that are written with an event. They share its `digest` and `content`, and nothing else."""

    inserts: tuple[sa.Insert, ...]
    values: Mapping[str, Any]


NOTHING = ExtraInserts((), {})


@lru_cache(maxsize=128)
def _append(inserts: tuple[sa.Insert, ...], *, with_words: bool) -> PipelinedWrites:
    return PipelinedWrites(*([INSERT_WORDS] if with_words else []), *_ADD, *inserts)


class Chain:
    """A chain locked for writing: until the transaction ends nobody else can add to it."""

    def __init__(self, tx: sa.Connection, head: Head, clock: Clock) -> None:
        self.head = head
        self.now: datetime = max(clock(), head.at)
        self._tx = tx

    def follow_clock(self, instant: datetime) -> None:
        """Makes this write's instant one that may be before the last event's: a leap is ended."""
        self.now = instant

    def append(
        self,
        event: Event,
        stream: str,
        actor: str,
        content: str | StoredText | None = None,
        extra_inserts: ExtraInserts = NOTHING,
        token: str | None = None,
    ) -> str:
        """Add an event at this write's instant; `content` names its words, or is them, to be stored with it,
        as are the rows `extra_inserts`. `token`: the id of the one by which it came. Returns its digest."""
        head, with_words = self.head, isinstance(content, StoredText)
        seq, data = head.seq + 1, event.written()
        if token is not None:
            data[VIA] = token
        digest = event_digest(head.digest, seq, self.now, event.type, stream, actor, data)
        added: dict[str, Any] = {
            **extra_inserts.values,
            "chain": head.id,
            "seq": seq,
            "at": self.now,
            "type": event.type,
            "stream": stream,
            "actor": actor,
            "data": orjson.dumps(data).decode(),
            "digest": digest,
            "content": content,
        }
        if isinstance(content, StoredText):
            added |= content.envelope._asdict()
            added["content"] = content.id
        _append(extra_inserts.inserts, with_words=with_words).run(self._tx, added)
        memo = transaction_memo(self._tx)
        self.head = memo[Head, head.key] = Head(head.id, head.key, seq, self.now, digest)
        leave_witness(memo, partial(_is_recorded, head=self.head))
        return digest

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the write that is taken back by itself where it raises, its events too."""
        before, witness = self.head, transaction_memo(self._tx).get(WITNESS)
        try:
            with self._tx.begin_nested():
                yield
        except BaseException:
            forget_locks(self._tx, witness)
            self.head = before
            raise


def lock(tx: sa.Connection, key: str, clock: Clock) -> Chain | None:
    """Locks the chain, then takes this write's instant: never before the last event's.

    FOR NO KEY UPDATE: writers of the same chain wait for it, those of rows that only refer to it do not. A
    transaction that added to it before has its head in `transaction_memo`: nobody else can have added to it.
    """
    head = transaction_memo(tx).get((Head, key)) or _LOCK.first(tx, key=key)
    return Chain(tx, head, clock) if head else None


def _is_recorded(connection: sa.Connection, head: Head) -> bool | None:
    """Returns whether the event of a head was committed, once whoever adds to the chain has ended; None where
    there is none."""
    if _LOCK.first(connection, key=head.key) is None:
        return None
    return digest_at(connection, head.key, head.seq) == head.digest


def event_digest(
    before: str, seq: int, at: datetime, type: str, stream: str, actor: str, data: dict[str, Any]
) -> str:
    """SHA-256, hex, over the digest before and the event in RFC 8785 canonical JSON."""
    return sha256(before.encode() + canonical([seq, at.isoformat(), type, stream, actor, data])).hexdigest()


def canonical(value: Any) -> bytes:
    """RFC 8785 of what has ASCII names and whole numbers, as events have: ten times as fast as in general."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


_DIGEST = Prepared(
    sa.select(events.c.digest)
    .join(chains, events.c.chain == chains.c.id)
    .where(chains.c.key == sa.bindparam("key"), events.c.seq == sa.bindparam("position"))
)


def digest_at(connection: sa.Connection, key: str, position: int) -> str | None:
    """The digest of a chain's event at this position, and so of all up to there; None beyond its end."""
    row = _DIGEST.first(connection, key=key, position=position)
    return None if row is None else str(row.digest)


def at_position(connection: sa.Connection, chain: int, seq: int) -> sa.Row[Any]:
    """One event."""
    return connection.execute(sa.select(events).where(events.c.chain == chain, events.c.seq == seq)).one()


def ahead_of(connection: sa.Connection, instant: datetime) -> Sequence[Head]:
    """The chains whose last event is later than this instant, by key."""
    query = sa.select(*(chains.c[name] for name in Head._fields)).where(chains.c.at > instant)
    return [Head(*row) for row in connection.execute(query.order_by(chains.c.key))]


def first_later(tx: sa.Connection, head: Head, instant: datetime, after: int) -> int:
    """The position of the first event after `after` that is later than this instant: there instants never
    decrease, and the head's is later."""

    def at(seq: int) -> datetime:
        return at_position(tx, head.id, seq).at  # type: ignore[no-any-return]

    positions = range(after + 1, head.seq)
    return after + 1 + bisect_right(positions, instant, key=at)


def start_chain(tx: sa.Connection, key: str) -> None:
    """A new, empty chain."""
    tx.execute(sa.insert(chains).values(key=key, seq=0, at=EPOCH, digest=BEGINNING))
