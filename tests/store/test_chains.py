"""The log is a chain: each event's digest covers the one before it."""

from collections import defaultdict
from contextlib import suppress
from datetime import datetime

import orjson
from sqlalchemy import select

from service.domain.record.badge import BadgeRevoked
from service.store.log.chains import BEGINNING, chains, event_digest, events, lock
from service.store.sql.engine import Database
from service.usecases.verification.verify import verify
from tests.conftest import START
from tests.store.racing import add_portfolio


def test_every_digest_of_the_example_follows_from_the_one_before(example: Database) -> None:
    with example.reading() as connection:
        heads = {row.id: row for row in connection.execute(select(chains))}
        rows = connection.execute(select(events).order_by(events.c.chain, events.c.seq)).all()
    before: defaultdict[int, str] = defaultdict(lambda: BEGINNING)
    last: dict[int, tuple[int, datetime, str]] = {}
    for row in rows:
        expected = event_digest(
            before[row.chain], row.seq, row.at, row.type, row.stream, row.actor, orjson.loads(row.data)
        )
        assert row.digest == expected, (row.chain, row.seq)
        before[row.chain] = row.digest
        last[row.chain] = (row.seq, row.at, row.digest)

    assert len(last) == 2
    assert last == {id: (head.seq, head.at, head.digest) for id, head in heads.items()}


def test_positions_have_no_gaps_and_instants_never_go_back(example: Database) -> None:
    with example.reading() as connection:
        rows = connection.execute(select(events).order_by(events.c.chain, events.c.seq)).all()
    by_chain = defaultdict(list)
    for row in rows:
        by_chain[row.chain].append(row)

    for chain in by_chain.values():
        assert [row.seq for row in chain] == list(range(1, len(chain) + 1))
        assert [row.at for row in chain] == sorted(row.at for row in chain)
        assert chain[-1].at <= START


def test_another_word_or_order_is_another_digest() -> None:
    entry = (1, START, "concept.created", "cpt_1", "admin", {"key": "a"})
    others = [
        (2, *entry[1:]),
        (*entry[:4], "pm-1", entry[5]),
        (*entry[:5], {"key": "b"}),
    ]
    digests = {event_digest(BEGINNING, *each) for each in [entry, *others]} | {event_digest("1" * 64, *entry)}

    assert len(digests) == 5


def test_a_part_that_is_taken_back_leaves_no_gap(db: Database) -> None:
    add_portfolio(db, "energy")
    with db.writing() as tx:
        chain = lock(tx, "energy", lambda: START)
        assert chain is not None
        chain.append(BadgeRevoked("first"), "a", "admin")
        with suppress(ZeroDivisionError), chain.part():
            chain.append(BadgeRevoked("taken back"), "a", "admin")
            raise ZeroDivisionError
        chain.append(BadgeRevoked("second"), "a", "admin")
        again = lock(tx, "energy", lambda: START)
        assert again is not None
        again.append(BadgeRevoked("third"), "a", "admin")
    assert verify(db).ok
