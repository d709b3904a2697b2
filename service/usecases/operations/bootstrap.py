"""First start of a new database: the person admin, a token, processes, a signing key."""

from functools import partial
from importlib.resources import files
from secrets import token_bytes
from typing import Any

from sqlalchemy import Connection, Row, select, update

from schemas.nouns import PersonIn
from service.clock import Clock
from service.domain.access.token_form import RANDOM_BYTES, is_well_formed, token_of
from service.domain.record.token import TokenCreated, TokenRestored
from service.store.log.chains import ORGANISATION
from service.store.nouns import people, processes, tokens
from service.store.sql.engine import Database
from service.usecases.access import load_operator_hashes, stored_hash
from service.usecases.audit.signing import ensure_key
from service.usecases.errors import not_found
from service.usecases.processes.documents import read_process
from service.usecases.processes.processes import publish
from service.usecases.registry.people import enter_person
from service.usecases.unit_of_work import Caller, Work, work_on

ADMIN = "admin"
SHIPPED = ("stage-gate", "starter")


def prepare(db: Database, clock: Clock, admin_token: str | None) -> str | None:
    """Make what is missing, in one transaction. Returns an admin token if one had to be made."""
    caller, shipped = Caller(person=ADMIN, clock=clock), files("service").joinpath("processes")
    with work_on(db, caller, ORGANISATION, partial(not_found, "organisation")) as work:
        if people.find(work.tx, ADMIN) is None:
            enter_person(work, PersonIn(key=ADMIN, name="Administrator", function="administration"))
        for key in SHIPPED:
            if processes.latest(work.tx, key) is None:
                publish(
                    work,
                    key,
                    read_process(shipped.joinpath(f"{key}.yaml").read_bytes(), is_json=False, key=key),
                )
        made = _token(work, admin_token)
        ensure_key(work)
    load_operator_hashes(db)
    return made


def _token(work: Work, given: str | None) -> str | None:
    """The token of the environment replaces the one before it; without, one is made once."""
    if given is None:
        if _has_token(work.tx):
            return None
        given = made = token_of(token_bytes(RANDOM_BYTES))
    else:
        made = None
    row = tokens.by_hash(work.tx, stored_hash(work.tx, given))
    if row is None or row.revoked_at is not None:
        _enter_token(work, given, row, name="made at first start" if made else "environment")
    return made


def _has_token(tx: Connection) -> bool:
    table = tokens.tokens
    active = select(table.c.id).where(table.c.person == ADMIN, table.c.revoked_at.is_(None))
    return tx.execute(active.limit(1)).first() is not None


def _enter_token(work: Work, token: str, known: Row[Any] | None, name: str) -> None:
    """The administrator's first token; one that was used before may come back. It has no end: whoever
    starts the service says how long it stands."""
    table = tokens.tokens
    first = (table.c.person == ADMIN) & table.c.created_by.is_(None) & table.c.revoked_at.is_(None)
    work.tx.execute(update(table).where(first).values(revoked_at=work.now))
    facts: dict[str, Any] = {"person": ADMIN, "role": "admin", "portfolios": None, "expires_at": None}
    if known is not None:
        work.record(TokenRestored(token=known.id, **facts), known.id)
        work.update(table, known.id, revoked_at=None)
        return
    token_id, stored = work.new_id("tok"), work.store_words(name=name)
    created = TokenCreated(token=token_id, **facts, commitment=stored.commitment)
    columns = {"id": token_id, "hash": stored_hash(work.tx, token), "is_odd": not is_well_formed(token)}
    columns |= {"created_at": work.now, "created_by": None, "rotated_from": None}
    work.enter(table, created, token_id, stored, **columns)
