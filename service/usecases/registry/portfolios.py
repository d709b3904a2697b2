"""Portfolios: create, change, read."""

from functools import partial

from sqlalchemy import Connection

from schemas.nouns import Portfolio, PortfolioIn, PortfolioPatch
from service.domain.record.portfolio import PortfolioChanged, PortfolioCreated
from service.store.log.chains import ORGANISATION, start_chain
from service.store.nouns import portfolios, processes
from service.store.sql.engine import Database
from service.usecases.errors import invalid, key_taken, not_found
from service.usecases.registry import nouns
from service.usecases.registry.nouns import Noun
from service.usecases.unit_of_work import Caller, Work, work_on
from service.usecases.views import etag_of

no_portfolio = partial(not_found, "portfolio")
TABLE = portfolios.portfolios
PORTFOLIO = Noun(
    PortfolioIn,
    Portfolio,
    PortfolioCreated,
    PortfolioChanged,
    TABLE,
    portfolios.query,
    no_portfolio,
    TABLE.c.key,
)


def create_portfolio(db: Database, caller: Caller, body: PortfolioIn) -> Portfolio:
    """A new portfolio with a chain of its own."""
    with work_on(db, caller, ORGANISATION, no_portfolio) as work:
        return nouns.get(work.tx, PORTFOLIO, work.once(lambda: _create(work, body)))


def change_portfolio(db: Database, caller: Caller, key: str, body: PortfolioPatch) -> Portfolio:
    """Rename it, or change which processes its concepts may take, or how long it keeps conversations."""
    with work_on(db, caller, ORGANISATION, no_portfolio) as work:
        return nouns.get(work.tx, PORTFOLIO, work.once(lambda: _change(work, key, body)))


def _create(work: Work, body: PortfolioIn) -> str:
    if body.key == ORGANISATION or portfolios.find(work.tx, body.key) is not None:
        raise key_taken()
    _processes_exist(work.tx, body.processes)
    start_chain(work.tx, body.key)
    return nouns.enter(work, PORTFOLIO, body)


def _change(work: Work, key: str, body: PortfolioPatch) -> str:
    row = nouns.find(work.tx, PORTFOLIO, key)
    work.expect(etag_of(row))
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
