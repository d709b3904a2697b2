"""The log under many writers: no gap, no failure, and a cursor that misses nothing."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from threading import Event as Flag

import pytest
from sqlalchemy import select

from schemas.audit import Event, EventPage
from service.store.log.chains import events
from service.store.sql.engine import Database
from service.usecases.audit.events import list_events
from service.usecases.paging import PageRequest
from tests.store.racing import ADMIN, add_customer, add_portfolio, databases, together

EACH = 12


def write(db: Database, writer: str, portfolio: str) -> None:
    for number in range(EACH):
        add_customer(db, f"{portfolio}-{writer}-{number}", portfolio)


def positions(db: Database) -> dict[int, list[int]]:
    seqs = defaultdict(list)
    with db.reading() as connection:
        for chain, seq in connection.execute(select(events.c.chain, events.c.seq).order_by(events.c.seq)):
            seqs[chain].append(seq)
    return seqs


@pytest.mark.parametrize("portfolios", [["one"], ["one", "two", "three"]])
def test_positions_have_no_gaps(database_url: str, portfolios: Sequence[str]) -> None:
    with databases(database_url, 2) as services:
        for portfolio in portfolios:
            add_portfolio(services[0], portfolio)
        before = {chain: len(seqs) for chain, seqs in positions(services[0]).items()}
        failed = together(
            *(
                partial(write, db, f"{n}-{w}", portfolios[w % len(portfolios)])
                for n, db in enumerate(services)
                for w in range(3)
            )
        )
        after = positions(services[0])

    assert failed == [None] * 6
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in after.values())
    assert sum(map(len, after.values())) - sum(before.values()) == 6 * EACH


def page_of(db: Database, limit: int, cursor: str | None = None) -> EventPage:
    written = list_events(db, ADMIN, PageRequest(limit, cursor), None, None)
    return EventPage.model_validate_json(written.document)


def follow(db: Database, done: Flag) -> list[Event]:
    """What somebody sees who polls with `resume` until the writers are done, and once more."""
    seen: list[Event] = []
    cursor = None
    while True:
        was_done = done.is_set()
        page = page_of(db, 7, cursor)
        seen += page.items
        cursor = page.resume
        if was_done and not page.items:
            return seen


def test_the_cursor_misses_nothing_while_writers_run(database_url: str) -> None:
    done, portfolios = Flag(), ("one", "two")
    with databases(database_url, 3) as (here, there, reader):
        for portfolio in portfolios:
            add_portfolio(here, portfolio)

        def write_all() -> None:
            writers = [(db, f"{n}", p) for n, db in enumerate((here, there)) for p in portfolios]
            together(*(partial(write, *each) for each in writers))
            done.set()

        seen, _ = together(partial(follow, reader, done), write_all)
        page = page_of(reader, 200)

    def names(log: Sequence[Event]) -> list[tuple[str, int]]:
        return sorted((event.chain, event.position) for event in log)

    assert names(seen) == names(page.items)
    assert len(seen) >= 4 * EACH
    for portfolio in portfolios:
        own = [event.position for event in seen if event.chain == portfolio]
        assert own == list(range(1, len(own) + 1))


def test_a_portfolio_that_begins_later_is_followed_too(db: Database) -> None:
    add_portfolio(db, "one")
    add_customer(db, "acme", "one")
    resume = page_of(db, 200).resume
    add_portfolio(db, "two")
    add_customer(db, "bolt", "two")

    page = page_of(db, 200, resume)

    assert sorted((event.chain, event.type) for event in page.items) == [
        ("organisation", "portfolio.created"),
        ("two", "customer.created"),
    ]
