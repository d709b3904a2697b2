"""What is found by a mark of its id elsewhere: one of several portfolios, and a write that is done once."""

from collections.abc import Callable

from sqlalchemy import Connection

from service.store.log.idempotency import KNOWN, NEW
from service.store.words import blind_index
from service.store.words.blind_index import Kind, Pair
from service.usecases.errors import Refusal, invalid
from service.usecases.unit_of_work import Caller, Work, expect

HERE = {"conversation": "/v1/conversations", "customer": "/v1/customers", "person": "/v1/people"}


def find_one(
    connection: Connection, caller: Caller, kind: Kind, pair: Pair, portfolio: str | None, missing: Refusal
) -> str:
    """The id or key of the one that the caller sees; `portfolio` says which, where there are several."""
    refs = [
        row.ref
        for row in blind_index.found(connection, kind, pair)
        if caller.sees(row.portfolio) and portfolio in (None, row.portfolio)
    ]
    if not refs:
        raise missing()
    if len(refs) > 1:
        rule = f"{kind}s of several portfolios have this id"
        raise invalid("query.portfolio", rule, "name the portfolio")
    return str(refs[0])


def find_here(tx: Connection, kind: Kind, pair: Pair, portfolio: str) -> str | None:
    """The id or key of what has this id in this portfolio."""
    found = blind_index.found(tx, kind, pair)
    return next((str(row.ref) for row in found if row.portfolio == portfolio), None)


def put_once(
    work: Work,
    kind: Kind,
    pair: Pair,
    portfolio: str,
    create: Callable[[Work], str],
    update: Callable[[Work, str], None],
) -> tuple[str, bool]:
    """Create what is not there, update what is; its id or key, and whether it is new.

    An id in an address is a word too, so what an Idempotency-Key keeps of the address is a mark.
    """
    if work.caller.idempotency_key is not None:
        route = f"PUT {HERE[kind]}/by-external/{blind_index.mark_of(work.tx, kind, pair)}"
        work = work._replace(caller=work.caller._replace(route=route))

    def put() -> str:
        ref = find_here(work.tx, kind, pair, portfolio)
        if ref is None:
            expect(work.caller.if_match, 0, required=False)
            return f"{NEW} {create(work)}"
        update(work, ref)
        return f"{KNOWN} {ref}"

    outcome, _, ref = work.once(put).partition(" ")
    return ref, outcome == NEW
