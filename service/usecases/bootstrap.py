"""What a new database needs before its first call: the person admin, a token, the processes."""

from importlib.resources import files
from secrets import token_urlsafe

from sqlalchemy import Connection, insert, select, update

from schemas.nouns import PersonIn
from service.clock import Clock
from service.store import idempotency, people, processes, tokens
from service.store.chains import ORGANISATION
from service.store.engine import Database
from service.usecases.people import enter_person
from service.usecases.process_documents import read_process
from service.usecases.processes import publish
from service.usecases.refused import not_found
from service.usecases.work import Caller, Work, work_on

ADMIN = "admin"
SHIPPED = ("stage-gate", "starter")


def prepare(db: Database, clock: Clock, admin_token: str | None) -> str | None:
    """Make what is missing, in one transaction. Returns an admin token if one had to be made."""
    caller = Caller(person=ADMIN, clock=clock)
    with work_on(db, caller, ORGANISATION, not_found("organisation")) as work:
        idempotency.purge(work.tx, work.now)
        if people.find(work.tx, ADMIN) is None:
            enter_person(work, PersonIn(key=ADMIN, name="Administrator", function="administration"))
        for key in SHIPPED:
            if processes.latest(work.tx, key) is None:
                publish(work, key, read_process(shipped_process(key), is_json=False, key=key))
        return _token(work, admin_token)


def shipped_process(key: str) -> bytes:
    """A process file that comes with Gateproof."""
    return files("service").joinpath("processes", f"{key}.yaml").read_bytes()


def _token(work: Work, given: str | None) -> str | None:
    """The token of the environment replaces the one before it; without, one is made once."""
    if given is None:
        if _has_token(work.tx):
            return None
        given = made = "gp_" + token_urlsafe(32)
    else:
        made = None
    if tokens.holder(work.tx, given) is None:
        _enter_token(work, given, name="made at first start" if made else "environment")
    return made


def _has_token(tx: Connection) -> bool:
    standing = select(tokens.tokens.c.id).where(tokens.tokens.c.revoked_at.is_(None))
    return tx.execute(standing.limit(1)).first() is not None


def _enter_token(work: Work, token: str, name: str) -> None:
    """The administrator's one token; one that was used before may come back."""
    table, kept = tokens.tokens, tokens.hash_of(token)
    work.tx.execute(
        update(table).where(table.c.person == ADMIN, table.c.revoked_at.is_(None)).values(revoked_at=work.now)
    )
    known = work.tx.execute(select(table.c.id).where(table.c.hash == kept)).scalar()
    token_id = known or work.new_id("tok")
    facts = {"token": token_id, "name": name, "person": ADMIN, "role": "admin"}
    work.record("token.restored" if known else "token.created", token_id, facts)
    if known:
        work.tx.execute(update(table).where(table.c.id == known).values(revoked_at=None))
        return
    said = {"name": name, "person": ADMIN, "role": "admin", "created_at": work.now}
    work.tx.execute(insert(table).values(id=token_id, hash=kept, **said))
