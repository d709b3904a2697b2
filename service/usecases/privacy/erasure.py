"""Erasing what is held about a customer, or about one person there."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import orjson
from msgspec import UNSET
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select

from schemas.privacy import EraseIn, Erasure
from service.domain.record.customer import CustomerErased, RepeatedWords
from service.store.log import chains, idempotency
from service.store.nouns import customers
from service.store.reading import subject_data
from service.store.reading.customers_merged import part_of
from service.store.sql.cleaning import clean
from service.store.sql.engine import Database
from service.store.words import blind_index
from service.store.words.tombstones import erase
from service.usecases.errors import Refused, invalid
from service.usecases.privacy.removal import UNKNOWN, Removed, Voiced, erase_conversations
from service.usecases.privacy.repeated import NOTHING_SEARCHED, Search, repeated_in, search
from service.usecases.registry.customers import no_customer
from service.usecases.unit_of_work import Caller, Work, work_on_row

already_erased = partial(Refused, "already-erased", "Nothing is left to erase: what stands are tombstones.")
nobody = partial(
    invalid,
    "body.participant",
    "nobody by this ref took part in a conversation with this customer",
    "use the ref of a participant, or leave it out to erase the whole customer",
)


def erase_customer(db: Database, caller: Caller, key: str, body: EraseIn) -> Erasure:
    """Remove the words, keep the tombstones; first from the tables, then from the files."""
    asked = _ask(db, caller, key, body)
    with work_on_row(db, caller, customers.find, key, no_customer) as (work, row):
        position = work.once(lambda: _erase(work, row, body, asked))
        event = chains.at_position(work.tx, work.chain.head.id, int(position))
    # Labels of themes are in what this process keeps of the log.
    db.forget()
    return _show(event, cleaned=clean(db))


NOTHING_MORE: dict[str, Any] = dict.fromkeys(Removed._fields, 0) | {"repeated": UNSET}
"""Of a customer that was merged into another one: that one's erasure has the numbers."""


class Asked(NamedTuple):
    """What was read of a whole portfolio before any lock, so that no writer waits for it."""

    search: Search = NOTHING_SEARCHED
    voiced: Voiced = UNKNOWN


def _ask(db: Database, caller: Caller, key: str, body: EraseIn) -> Asked:
    """What the portfolio's teams wrote of the words that are about to be erased, and who else voiced their
    themes."""
    with db.reading() as connection:
        row = customers.find(connection, key, caller.portfolios)
        if row is None or not caller.sees(row.portfolio):
            return Asked()
        keys = part_of(connection, row.portfolio, row.key)
        talks = _talks(connection, keys, body.participant)
        own_words = subject_data.of_customers(connection, keys) if body.participant is None else {}
        going = subject_data.of_conversations(connection, list(talks)).contents
        chain = connection.execute(select(chains.chains).where(chains.chains.c.key == row.portfolio)).one()
        themes = subject_data.themes_of(connection, list(talks))
        voices = subject_data.voices_of(connection, chain.id, themes, talks)
        return Asked(
            search(connection, chain.id, chain.seq, [*going, *own_words]),
            Voiced(frozenset(themes), voices, chain.seq),
        )


def _talks(
    connection: Connection, customers: Sequence[str], participant: str | None
) -> dict[str, datetime | None]:
    """When each conversation was erased, of these customers or of one participant there; None: it was not."""
    talks = {
        talk.id: talk.erased_at for talk in subject_data.of_customers_conversations(connection, customers)
    }
    if participant is None:
        return talks
    return {id: talks[id] for id in subject_data.with_participant(connection, list(talks), participant)}


def _erase(work: Work, row: Row[Any], body: EraseIn, asked: Asked) -> str:
    keys = part_of(work.tx, row.portfolio, row.key)
    talks = _talks(work.tx, keys, body.participant)
    if body.participant is not None and not talks:
        raise nobody()
    new = [id for id, erased_at in talks.items() if erased_at is None]
    stored = work.store_words(reason=body.reason)
    own_words = subject_data.of_customers(work.tx, keys) if body.participant is None else {}
    going = subject_data.of_conversations(work.tx, list(talks)).contents
    repeated = repeated_in(work, [*going, *own_words], asked.search)
    removed = erase_conversations(
        work, row.portfolio, list(talks), new=new, cause="request", why=stored, known=asked.voiced
    )
    if body.participant is None:
        own = erase(work.tx, own_words, work.now)
        idempotency.invalidate(work.tx, keys, "/v1/customers")
        idempotency.forget(work.tx, keys, "/v1/customers")
        blind_index.forget(work.tx, "customer", keys)
        removed = removed._replace(texts=removed.texts + own)
    if not removed.texts:
        raise already_erased()
    erased = CustomerErased(
        key=row.key,
        participant=body.participant,
        **removed._asdict(),
        repeated=tuple(RepeatedWords(**each.model_dump()) for each in repeated) or UNSET,
        commitment=stored.commitment,
    )
    if body.participant is None:
        for key in keys[:-1]:
            work.record(replace(erased, key=key, **NOTHING_MORE), key, stored.id)
    work.record(erased, row.key, stored.id)
    return str(work.chain.head.seq)


def _show(event: Row[Any], *, cleaned: bool) -> Erasure:
    payload = orjson.loads(event.data)
    counts = {name: payload[name] for name in Erasure.model_fields if name in payload}
    return Erasure(customer=payload["key"], erased_at=event.at, cleaned=cleaned, **counts)
