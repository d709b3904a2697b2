"""Upserts by the id in another system: every noun is looked up, created or updated in one way."""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, TypeVar

from sqlalchemy import Connection, Row

from schemas.base import Model
from service.store.log.idempotency import KNOWN, NEW
from service.store.words import blind_index
from service.store.words.blind_index import NounName, Pair
from service.usecases.errors import RefusedFactory, invalid
from service.usecases.unit_of_work import Caller, Work

Create = Callable[[], str]
"""Enters what is new; its id or key."""
Update = Callable[[str], None]
"""Changes what has this id or key."""
P = TypeVar("P", bound=Model)
REASON = "reason"
"""Why something changed is no part of what it is."""
NO_REVISION = '"0"'
COLLECTIONS = {"conversation": "/v1/conversations", "customer": "/v1/customers", "person": "/v1/people"}


def only_one(
    rows: Iterable[Row[Any]], caller: Caller, portfolio: str | None, noun: str, missing: RefusedFactory
) -> Row[Any]:
    """The one of these that the caller sees; `portfolio` says which, where there are several."""
    visible = [row for row in rows if caller.sees(row.portfolio) and portfolio in (None, row.portfolio)]
    if not visible:
        raise missing()
    if len(visible) > 1:
        rule = f"{noun}s of several portfolios have this id"
        raise invalid("query.portfolio", rule, "name the portfolio")
    return visible[0]


def find_one(
    connection: Connection,
    caller: Caller,
    noun: NounName,
    pair: Pair,
    portfolio: str | None,
    missing: RefusedFactory,
) -> str:
    """The id or key of the one that the caller sees; `portfolio` says which, where there are several."""
    rows = blind_index.find(connection, noun, pair)
    return str(only_one(rows, caller, portfolio, noun, missing).ref)


def require_same(noun: str, key: str, sent: str) -> None:
    """Refused when the body has another key than what has this id."""
    if key != sent:
        rule = f"the {noun} with this id has another key"
        raise invalid("body.key", rule, "keys do not change: send the one that it has")


def patch_for(patch: type[P], recorded: Mapping[str, Any], wanted: Model, said: Set[str]) -> P | None:
    """Every field of the patch that the other system `said`, as it is in `wanted`, with the reason; None when
    all are `recorded` so, as in JSON. What it does not say it does not know: that stays."""
    fields = patch.model_fields.keys() & said - {REASON}
    values = wanted.model_dump(mode="json", include=fields)
    if all(recorded.get(name) == value for name, value in values.items()):
        return None
    return patch.model_validate(values | wanted.model_dump(include={REASON}))


def put_once(work: Work, known: str | None, create: Create, update: Update) -> tuple[str, bool]:
    """Create what is not `known` by its id or key, update what is; that id or key, and whether it is new."""

    def put() -> str:
        if known is None:
            work.expect(NO_REVISION, required=False)
            return f"{NEW} {create()}"
        update(known)
        return f"{KNOWN} {known}"

    outcome, _, ref = work.once(put).partition(" ")
    return ref, outcome == NEW


def put_sealed_once(
    work: Work, noun: NounName, pair: Pair, create: Create, update: Update
) -> tuple[str, bool]:
    """Like `put_once`, for a noun of this chain's portfolio that is found by the blind index of its id in
    another system.

    An id in an address is a word too, so an Idempotency-Key is stored with the blind index in the address.
    """
    if work.caller.idempotency_key is not None:
        route = f"PUT {COLLECTIONS[noun]}/by-external/{blind_index.mark_of(work.tx, noun, pair)}"
        work = work._replace(caller=work.caller._replace(route=route))
    rows = blind_index.find(work.tx, noun, pair)
    known = next((str(row.ref) for row in rows if row.portfolio == work.chain.head.key), None)
    return put_once(work, known, create, update)
