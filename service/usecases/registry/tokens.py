"""Tokens: make, rotate, revoke, read. Shown once; kept as a keyed hash."""

from datetime import datetime, timedelta
from functools import partial
from secrets import token_bytes
from typing import Any, NamedTuple

from msgspec import convert
from sqlalchemy import Connection, Row

from schemas.access import USUAL_DAYS, NewToken, RevokeIn, RotateIn, Token, TokenIn
from schemas.page import Page
from service.domain.access.token_form import RANDOM_BYTES, token_of
from service.domain.record.token import TokenCreated, TokenExchanged, TokenIssued, TokenRevoked, TokenRotated
from service.store.log.chains import ORGANISATION
from service.store.nouns import portfolios, tokens
from service.store.sql.engine import Database
from service.usecases.access import Holder, has_ended, stored_hash
from service.usecases.errors import Refused, invalid, no_such_portfolio, not_found, refused_field, require
from service.usecases.paging import PageRequest, paged
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller, Work, work_on
from service.usecases.views import show_row

no_token = partial(not_found, "token")
TABLE = tokens.tokens
EXCHANGED_FOR = timedelta(minutes=15)


class Grant(NamedTuple):
    """The rights that a new token is to carry."""

    person: str | None
    role: str
    portfolios: list[str] | None
    expires_at: datetime | None
    created_by: str | None
    rotated_from: str | None = None


def create_token(db: Database, caller: Caller, body: TokenIn) -> NewToken:
    """A new token for a person or a bot. It is in this answer and nowhere else."""
    with work_on(db, caller, ORGANISATION, no_token) as work:
        _require_sensible(work, body)
        grant = Grant(
            None if body.role == "bot" else body.person or caller.person,
            body.role,
            None if body.portfolios is None else sorted(set(body.portfolios)),
            work.now + timedelta(days=body.expires_in_days),
            caller.person,
        )
        token = token_of(token_bytes(RANDOM_BYTES))
        token_id = work.once(lambda: _enter(work, token, grant, body.name))
        return _shown_once(work, token_id, token)


def exchange_token(db: Database, caller: Caller, holder: Holder) -> NewToken:
    """A short-lived token for whoever came with a CI system's id token."""
    if not holder.is_foreign:
        rule, remedy = "must be the id token of a CI system", "send that one as bearer token"
        detail = "Only a CI system's id token is exchanged."
        raise refused_field("forbidden", detail, "header.Authorization", rule, remedy)
    with work_on(db, caller, ORGANISATION, no_token) as work:
        seen = None if holder.portfolios is None else sorted(holder.portfolios)
        grant = Grant(None, holder.role, seen, work.now + EXCHANGED_FOR, None)
        token = token_of(token_bytes(RANDOM_BYTES))
        return _shown_once(work, _enter(work, token, grant, holder.subject, TokenExchanged), token)


def rotate_token(db: Database, caller: Caller, holder: Holder, token_id: str, body: RotateIn) -> NewToken:
    """A new token that carries the same; the old one stands on for the overlap, and no longer."""
    _require_own(holder, token_id)
    with work_on(db, caller, ORGANISATION, no_token) as work:
        token = token_of(token_bytes(RANDOM_BYTES))
        made = work.once(lambda: _rotate(work, _require_active(work, token_id), token, body))
        return _shown_once(work, made, token)


def revoke_token(db: Database, caller: Caller, holder: Holder, token_id: str, body: RevokeIn) -> Token:
    """Revokes a token: from now on it is not valid, whoever holds it."""
    _require_own(holder, token_id)
    with work_on(db, caller, ORGANISATION, no_token) as work:
        work.once(lambda: _revoke(work, _require_active(work, token_id), body))
        return _show(_find(work.tx, token_id))


def get_token(db: Database, token_id: str) -> Token:
    """One token."""
    with db.reading() as connection:
        return _show(_find(connection, token_id))


def list_tokens(db: Database, wanted: PageRequest) -> Page[Token]:
    """Tokens in the order in which they were made, those that ended among them."""
    with db.reading() as connection:
        return paged(connection, "tokens", tokens.query(), TABLE.c.id, wanted, _show)


def _enter(
    work: Work,
    token: str,
    grant: Grant,
    name: str,
    issued: type[TokenIssued] = TokenCreated,
    **more: datetime,
) -> str:
    token_id, stored = work.new_id("tok"), work.store_words(name=name)
    event = {"token": token_id, **grant._asdict(), **more, "commitment": stored.commitment}
    columns = {"id": token_id, "hash": stored_hash(work.tx, token), "is_odd": False, "created_at": work.now}
    work.enter(TABLE, convert(event, issued), token_id, stored, **columns)
    return token_id


def _require_sensible(work: Work, body: TokenIn) -> None:
    if body.person is not None and body.role == "bot":
        raise invalid("body.person", "a bot is nobody", "leave it out for bots")
    if body.person is not None:
        require_people(work.tx, "body.person", [body.person])
    if body.expires_in_days > USUAL_DAYS and not body.long_lived:
        rule = f"must be at most {USUAL_DAYS} days, unless long_lived is true"
        raise invalid("body.expires_in_days", rule, "rotate it in time, or say long_lived")
    for index, key in enumerate(body.portfolios or ()):
        if portfolios.find(work.tx, key) is None:
            raise no_such_portfolio(f"body.portfolios.{index}")


def _rotate(work: Work, row: Row[Any], token: str, body: RotateIn) -> str:
    if row.created_by is None:
        # The operator's would be gone at the next start, and an exchanged one would never end.
        rule, remedy = "nobody made it by this API", "create another token; or exchange a new id token"
        raise invalid("path.token", rule, remedy)
    lifetime = row.expires_at - row.created_at if row.expires_at else None
    grant = Grant(
        row.person,
        row.role,
        row.portfolios,
        work.now + lifetime if lifetime else None,
        work.caller.person or None,
        row.id,
    )
    ends = work.now + timedelta(minutes=body.overlap_minutes)
    if row.expires_at is not None:
        ends = min(ends, row.expires_at)
    made = _enter(work, token, grant, row.words["name"], TokenRotated, old_expires_at=ends)
    work.update(TABLE, row.id, expires_at=ends)
    return made


def _revoke(work: Work, row: Row[Any], body: RevokeIn) -> str:
    stored = work.store_words(reason=body.reason)
    work.record(TokenRevoked(row.id, stored.commitment), row.id, stored.id)
    work.update(TABLE, row.id, revoked_at=work.now)
    return str(row.id)


def _require_own(holder: Holder, token_id: str) -> None:
    """An admin's every token, and for anybody else their own. Asked before what an Idempotency-Key
    remembers: bots share their keys, and so do all tokens of a person."""
    is_admin = holder.role == "admin" and holder.portfolios is None
    if not is_admin and holder.token != token_id:
        raise no_token()


def _require_active(work: Work, token_id: str) -> Row[Any]:
    row = _find(work.tx, token_id)
    if has_ended(row, work.now):
        raise Refused("token-ended", "The token was revoked, or is past its end.")
    return row


def _find(connection: Connection, token_id: str) -> Row[Any]:
    row: Row[Any] | None = connection.execute(tokens.query().where(TABLE.c.id == token_id)).one_or_none()
    return require(row, no_token)


def _shown_once(work: Work, token_id: str, token: str) -> NewToken:
    """A request that is sent again gets no token: it was shown, and is kept nowhere."""
    row = _find(work.tx, token_id)
    if row.hash != stored_hash(work.tx, token):
        raise Refused("token-shown", f"It was shown to the first request with this key. Its id is {row.id}.")
    return NewToken(**_show(row).model_dump(), token=token)


def _show(row: Row[Any]) -> Token:
    return show_row(Token, row, name=(row.words or {}).get("name", ""))
