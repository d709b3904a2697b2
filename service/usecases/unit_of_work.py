"""One write: who asks, the transaction, the chain it adds to, and doing it once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, update
from sqlalchemy.exc import IntegrityError

from service.clock import Clock
from service.domain.record.event import Event
from service.store.log import chains, idempotency
from service.store.log.chains import NOTHING, Chain, ExtraInserts
from service.store.nouns.recorded import within
from service.store.sql.engine import Database
from service.store.sql.faults import Busy
from service.store.sql.ids import new_id
from service.store.words.contents import StoredText, seal, store
from service.usecases.errors import Refused, RefusedFactory, key_taken, refused_field

BOT = "bot"
"""The actor of a bot's events: bots are no person."""
key_reused = partial(
    refused_field,
    "idempotency-key-reused",
    "The same Idempotency-Key stands for the same request only.",
    "header.Idempotency-Key",
    "this key came with another body before",
    "send a new key",
)
FIRST_MAY_HAVE = (
    "This request wrote nothing; the first one with its key may have. Send it again, with the same key."
)
etag_missing = partial(
    refused_field,
    "precondition-required",
    "Changing what exists needs If-Match with the ETag you read.",
    "header.If-Match",
    "is required here",
    "GET it, then send its ETag",
)
etag_outdated = partial(
    refused_field,
    "precondition-failed",
    "It has changed since you read it, or the ETag is not of this resource.",
    "header.If-Match",
    "must be the current ETag",
    "GET it again, look at what changed, and send the new ETag",
)


class Caller(NamedTuple):
    """The person who asks, and how. `route` and `body` tell requests with the same Idempotency-Key apart.

    `portfolios`: those that the caller sees; None: all. `person`: BOT for bots, who write nothing but
    what becomes of their own token. `token`: its id, or `oidc` for one that an issuer elsewhere signed; None:
    whoever runs the service.
    """

    person: str
    clock: Clock
    portfolios: frozenset[str] | None = None
    route: str = ""
    body: bytes = b""
    idempotency_key: str | None = None
    if_match: str | None = None
    new_id: Callable[[str, datetime], str] = new_id
    token: str | None = None

    def sees(self, portfolio: str) -> bool:
        """Returns whether the caller may see what belongs to this portfolio."""
        return self.portfolios is None or portfolio in self.portfolios

    def within(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition for rows of a list that the caller may see."""
        return within(column, self.portfolios)


class Work(NamedTuple):
    """A write under way."""

    tx: Connection
    chain: Chain
    caller: Caller

    @property
    def now(self) -> datetime:
        """This write's instant: taken after its locks."""
        return self.chain.now

    def new_id(self, kind: str) -> str:
        """An id for what this write makes."""
        return self.caller.new_id(kind, self.now)

    def store_words(self, **words: Any) -> StoredText:
        """Stores words in `contents`."""
        return store(self.tx, words, self.now)

    def seal(self, **words: Any) -> StoredText:
        """Seals words that `record` stores in `contents` together with the event."""
        return seal(self.tx, words, self.now)

    def record(
        self,
        event: Event,
        stream: str,
        content: str | StoredText | None = None,
        extra_inserts: ExtraInserts = NOTHING,
    ) -> str:
        """Add an event by the caller; `content` names its words, or is them; `extra_inserts` are
        written together with it. Returns its digest."""
        caller = self.caller
        return self.chain.append(event, stream, caller.person, content, extra_inserts, caller.token)

    def enter(
        self, table: Table, event: Event, stream: str, stored: StoredText | None = None, **columns: Any
    ) -> None:
        """Add an event and the row that goes with it: whatever of the event the table has a column for, where
        its words are stored, and these columns."""
        content = None if stored is None else stored.id
        self.record(event, stream, content)
        facts = {name: getattr(event, name) for name in event.__struct_fields__ if name in table.c}
        if content is not None:
            facts["content"] = content
        self.tx.execute(insert(table).values({**facts, **columns}))

    def update(self, table: Table, key: str, **columns: Any) -> None:
        """Change the row with this key or id."""
        [primary_key] = table.primary_key
        self.tx.execute(update(table).where(primary_key == key).values(columns))

    def stamp(self, verb: str) -> dict[str, Any]:
        """The columns that say when something is done, and by whom: `cited_at` and `cited_by`."""
        return {f"{verb}_at": self.now, f"{verb}_by": self.caller.person}

    def once(self, act: Callable[[], str]) -> str:
        """The id of what `act` makes; a request with a key that was seen makes nothing again."""
        before = self.made_before()
        if before is not None:
            return before
        made, caller = act(), self.caller
        if caller.idempotency_key is not None:
            idempotency.fill(self.tx, caller.person, caller.route, caller.idempotency_key, made)
        return made

    def made_before(self, ref: str | None = None) -> str | None:
        """The id of what this request made when its key was first seen; None when it is new. Its key then
        stands for `ref`: the id of what is about to be made, where that is known by now."""
        caller = self.caller
        if caller.idempotency_key is None:
            return None
        key = (caller.person, caller.route, caller.idempotency_key)
        claimed = idempotency.claim(self.tx, *key, caller.body, self.now, ref)
        if claimed is None:
            return None
        if claimed.body_hash != idempotency.hash_body(claimed.salt, caller.body):
            raise key_reused()
        return str(claimed.ref)

    def forget_key(self) -> None:
        """Releases the Idempotency-Key of this request, so that it is judged anew when it is sent again."""
        caller = self.caller
        if caller.idempotency_key is not None:
            idempotency.release(self.tx, caller.person, caller.route, caller.idempotency_key)

    def expect(self, etag: str, *, required: bool = True) -> None:
        """Refuses the write unless If-Match names this ETag, or its revision alone, as ETags were before they
        told histories apart: 428 if it is `required` and missing, 412 if it names another one."""
        if_match = self.caller.if_match
        if if_match is None:
            if required:
                raise etag_missing()
            return
        tags = [tag.strip() for tag in if_match.split(",")]
        revision = etag.partition("-")[0] + '"'
        if not {"*", etag, revision}.intersection(tags):
            raise etag_outdated()


def in_progress(busy: Busy) -> Refused:
    """This request wrote nothing. The first one with its key may still be under way: nobody knows."""
    return Refused("request-in-progress", f"{busy.detail} {FIRST_MAY_HAVE}", retry_after=1)


def refused_busy(busy: Busy) -> Refused:
    """Nothing was written, and the same may be tried again."""
    return Refused("busy", f"{busy.detail} Nothing was written; try again.", retry_after=1)


@contextmanager
def transaction(db: Database, caller: Caller) -> Iterator[Connection]:
    """A write transaction; a wait for a lock that runs out is a Refused, not a fault."""
    try:
        with db.writing() as tx:
            yield tx
    except Busy as busy:
        # On SQLite writers of this process come one after the other: whoever holds the file is somebody else.
        is_keyed = caller.idempotency_key is not None and not db.is_sqlite
        raise (in_progress if is_keyed else refused_busy)(busy) from None
    except IntegrityError:
        # Writers of one portfolio wait for each other, so this was the same key elsewhere.
        raise key_taken() from None


@contextmanager
def work_on(db: Database, caller: Caller, chain_key: str, missing: RefusedFactory) -> Iterator[Work]:
    """A write in one portfolio (or the organisation); refused when there is none for the caller."""
    if chain_key != chains.ORGANISATION and not caller.sees(chain_key):
        raise missing()
    with transaction(db, caller) as tx:
        yield join(tx, caller, chain_key, missing)


def join(tx: Connection, caller: Caller, chain_key: str, missing: RefusedFactory) -> Work:
    """The write in a transaction that has begun."""
    chain = chains.lock(tx, chain_key, caller.clock)
    if chain is None:
        raise missing()
    return Work(tx, chain, caller)


@contextmanager
def work_on_row(
    db: Database, caller: Caller, find: Callable[..., Row[Any] | None], key: str, missing: RefusedFactory
) -> Iterator[tuple[Work, Row[Any]]]:
    """A write in the portfolio of a row, and that row; refused when the caller sees none. `find`: its noun's,
    by key and portfolios."""
    with transaction(db, caller) as tx:
        row = require_visible(find(tx, key, caller.portfolios), caller, missing)
        yield join(tx, caller, row.portfolio, missing), row


def require_visible(row: Row[Any] | None, caller: Caller, missing: RefusedFactory) -> Row[Any]:
    """The row; refused where there is none, and in the same way where the caller may not see its
    portfolio."""
    if row is None or not caller.sees(row.portfolio):
        raise missing()
    return row
