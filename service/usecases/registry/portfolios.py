"""Portfolios: create, change, read."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.nouns import Portfolio, PortfolioIn, PortfolioPatch
from schemas.page import Page
from service.domain.record.portfolio import PortfolioChanged, PortfolioCreated
from service.store.log.chains import ORGANISATION, start_chain
from service.store.nouns import portfolios, processes
from service.store.sql.engine import Database
from service.usecases.errors import invalid, key_taken, not_found
from service.usecases.paging import PageRequest, paged
from service.usecases.registry import nouns
from service.usecases.registry.nouns import Noun
from service.usecases.unit_of_work import Caller, Work, work_on

no_portfolio = partial(not_found, "portfolio")
PORTFOLIO = Noun(PortfolioIn, PortfolioCreated, PortfolioChanged, portfolios.portfolios, None)


def create_portfolio(db: Database, caller: Caller, body: PortfolioIn) -> Portfolio:
    """A new portfolio with a chain of its own."""
    with work_on(db, caller, ORGANISATION, no_portfolio) as work:
        return _get(work.tx, work.once(lambda: _create(work, body)))


def change_portfolio(db: Database, caller: Caller, key: str, body: PortfolioPatch) -> Portfolio:
    """Rename it, or change which processes its concepts may take, or how long it keeps conversations."""
    with work_on(db, caller, ORGANISATION, no_portfolio) as work:
        return _get(work.tx, work.once(lambda: _change(work, key, body)))


def get_portfolio(db: Database, caller: Caller, key: str) -> Portfolio:
    """One portfolio."""
    if not caller.sees(key):
        raise no_portfolio()
    with db.reading() as connection:
        return _get(connection, key)


def list_portfolios(db: Database, caller: Caller, wanted: PageRequest) -> Page[Portfolio]:
    """Portfolios by key."""
    key = portfolios.portfolios.c.key
    with db.reading() as connection:
        query = portfolios.query().where(caller.within(key))
        return paged(connection, "portfolios", query, key, wanted, _show)


def _create(work: Work, body: PortfolioIn) -> str:
    if body.key == ORGANISATION or portfolios.find(work.tx, body.key) is not None:
        raise key_taken()
    _processes_exist(work.tx, body.processes)
    start_chain(work.tx, body.key)
    return nouns.enter(work, PORTFOLIO, body)


def _change(work: Work, key: str, body: PortfolioPatch) -> str:
    row = portfolios.find(work.tx, key)
    if row is None:
        raise no_portfolio()
    work.expect(row.revision)
    _processes_exist(work.tx, body.processes)
    return nouns.change(work, PORTFOLIO, row, body)


def _processes_exist(tx: Connection, keys: tuple[str, ...] | None) -> None:
    for index, key in enumerate(keys or ()):
        if processes.latest(tx, key) is None:
            raise invalid(
                f"body.processes.{index}",
                "no process is published under this key",
                "publish it first with PUT /v1/processes/{key}",
            )


def _get(connection: Connection, key: str) -> Portfolio:
    row = portfolios.find(connection, key)
    if row is None:
        raise no_portfolio()
    return _show(row)


def _show(row: Row[Any]) -> Portfolio:
    return nouns.show(PORTFOLIO, Portfolio, row)
