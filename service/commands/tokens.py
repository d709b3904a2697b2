"""gateproof token: by whoever has the database, which is also the way back in when no token is left."""

import json
import sys
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from schemas.access import NewToken, RevokeIn, RotateIn, Token, TokenIn
from service.clock import now
from service.commands.audit import with_exit_code
from service.commands.opening import migrated_database
from service.store.sql.engine import Database
from service.usecases.access import Holder
from service.usecases.errors import Refused
from service.usecases.operations.bootstrap import ADMIN
from service.usecases.paging import PageRequest
from service.usecases.registry import tokens
from service.usecases.unit_of_work import Caller

OPERATOR = Holder(ADMIN, "admin")
REFUSED, USAGE, PAGE = 1, 2, 200


def create(fields: dict[str, Any]) -> int:
    """Makes a token and prints it, alone on standard output."""
    return _done(lambda db, caller: _shown(tokens.create_token(db, caller, TokenIn.model_validate(fields))))


def list_all(*, as_json: bool) -> int:
    """Prints every token that was ever made, one a line."""
    return _done(lambda db, _: _listed(db, as_json=as_json))


def rotate(token: str, overlap_minutes: int) -> int:
    """Makes and prints a token that may the same."""

    def rotated(db: Database, caller: Caller) -> None:
        body = RotateIn.model_validate({"overlap_minutes": overlap_minutes})
        _shown(tokens.rotate_token(db, caller, OPERATOR, token, body))

    return _done(rotated)


def revoke(token: str, reason: str | None) -> int:
    """Ends a token: it opens nothing from now on."""

    def revoked(db: Database, caller: Caller) -> None:
        done = tokens.revoke_token(db, caller, OPERATOR, token, RevokeIn.model_validate({"reason": reason}))
        sys.stdout.write(f"{done.id} is revoked.\n")

    return _done(revoked)


@with_exit_code
def _done(use: Callable[[Database, Caller], None]) -> int:
    """Runs what uses the database; returns the exit code."""
    with migrated_database() as db:
        try:
            use(db, Caller(person=ADMIN, clock=now))
        except Refused as refused:
            rules = [f"{each.rule}; {each.remedy}." for each in refused.errors]
            sys.stderr.write(f"Refused: {rules[0] if rules else refused.detail}\n")
            return REFUSED
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            sys.stderr.write(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.\n")
            return USAGE
    return 0


def _shown(made: NewToken) -> None:
    """Writes the token to where a script reads it, and the rest to whoever looks."""
    sys.stderr.write(f"{_line(made)}\nShown this once:\n")
    sys.stderr.flush()
    sys.stdout.write(f"{made.token}\n")


def _listed(db: Database, *, as_json: bool) -> None:
    cursor = None
    while True:
        page = tokens.list_tokens(db, PageRequest(PAGE, cursor))
        for each in page.items:
            line = json.dumps(each.model_dump(mode="json"), ensure_ascii=False) if as_json else _line(each)
            sys.stdout.write(f"{line}\n")
        cursor = page.next
        if cursor is None:
            return


def _line(token: Token) -> str:
    whose, name = token.person or "nobody", "".join(sign for sign in token.name if sign.isprintable())
    sees = "every portfolio" if token.portfolios is None else ", ".join(token.portfolios) or "no portfolio"
    return f"{token.id}  {token.role} of {whose}, sees {sees}, {_end(token)}: {name}"


def _end(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    if token.expires_at is None:
        return "no end"
    return f"{'ended' if token.expires_at <= now() else 'ends'} {token.expires_at:%Y-%m-%d %H:%M} UTC"
