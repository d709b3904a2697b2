"""Do the rows of tokens say what the log says of them?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from service.domain.record.event import LogEntry
from service.domain.record.token import TokenCreated, TokenIssued, TokenRestored, TokenRevoked, TokenRotated
from service.store.dump import snapshot
from service.store.log.chains import ORGANISATION
from service.store.nouns.tokens import tokens
from service.store.reading import raw_tokens
from service.store.reading.raw_log import lenient_text
from service.store.sql.columns import micros
from service.usecases.verification.events import entry_of
from service.usecases.verification.run import Run

Columns = dict[str, Any]


def verify_tokens(run: Run) -> None:
    """Every token has the rights that it was given, and ends when the log says. Which one opens a row the log
    does not tell. Read as of one instant: one that is made meanwhile has both or neither."""
    with snapshot(run.db) as connection, lenient_text(connection):
        stated = _stated(filter(None, map(entry_of, raw_tokens.events_of(connection))))
        stored = {row.id: row for row in raw_tokens.rows(connection)}
    for id in sorted(stated.keys() | stored.keys(), key=str):
        if not _is_right(stored.get(id), stated.get(id)):
            run.findings.add("DERIVED_ROW_DIFFERS", ORGANISATION, subject=str(id), table=tokens.name)


def _is_right(row: Row[Any] | None, stated: Columns | None) -> bool:
    if row is None or stated is None:
        return False
    return all(getattr(row, name) == value for name, value in stated.items())


def _stated(entries: Iterable[LogEntry[Any]]) -> dict[str, Columns]:
    """The columns of each token, by id, as the events say."""
    by_id: dict[str, Columns] = {}
    for entry in entries:
        match entry.event:
            case TokenIssued() as issued:
                _enter(by_id, issued, entry.at)
            case TokenRestored(token=token):
                _replace_operators(by_id, entry.at)
                if token in by_id:
                    by_id[token]["revoked_at"] = None
            case TokenRevoked(token=token) if token in by_id:
                by_id[token]["revoked_at"] = micros(entry.at)
    return by_id


def _enter(by_id: dict[str, Columns], issued: TokenIssued, at: datetime) -> None:
    if isinstance(issued, TokenCreated) and not issued.created_by:
        _replace_operators(by_id, at)
    if isinstance(issued, TokenRotated) and issued.rotated_from in by_id:
        by_id[issued.rotated_from]["expires_at"] = micros(issued.old_expires_at)
    by_id[issued.token] = {
        "person": issued.person,
        "role": issued.role,
        "portfolios": None if issued.portfolios is None else orjson.dumps(issued.portfolios).decode(),
        "expires_at": None if issued.expires_at is None else micros(issued.expires_at),
        "created_at": micros(at),
        "created_by": issued.created_by or None,
        "rotated_from": issued.rotated_from or None,
        "revoked_at": None,
    }


def _replace_operators(by_id: dict[str, Columns], at: datetime) -> None:
    """The operator has one token: the others end when it is made or comes back."""
    for columns in by_id.values():
        is_operators = columns["person"] == "admin" and columns["created_by"] is None
        if is_operators and columns["revoked_at"] is None:
            columns["revoked_at"] = micros(at)
