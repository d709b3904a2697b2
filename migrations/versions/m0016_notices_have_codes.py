"""Notices and deliveries with a code that only this service can make: no others are sent.

Needs the keys. What waits to be sent, and what the stream goes back to, goes along: it gets the code that
it would have been written with.
"""

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from service.store.sql.keyring import Envelope, Keyring

revision = "0016"
down_revision = "0015"

COVERED = {
    "notices": (
        *("id", "portfolio", "seq", "type", "at", "noticed_at", "days"),
        *("data", "process_key", "process_version"),
    ),
    "deliveries": ("id", "webhook", "notice"),
}
AT_ONCE = 500


def upgrade() -> None:
    for name, columns in COVERED.items():
        op.add_column(name, sa.Column("code", sa.Text(), nullable=True))
        table = sa.table(name, *map(sa.column, (*columns, "code")))
        for rows in _batches(table, columns):
            secret = _secret()
            codes = [{"row": row.id, "made": _code(name, secret, tuple(row))} for row in rows]
            matching = table.c.id == sa.bindparam("row")
            op.get_bind().execute(table.update().where(matching).values(code=sa.bindparam("made")), codes)


def downgrade() -> None:
    for name in COVERED:
        op.drop_column(name, "code")


def _batches(table: sa.TableClause, columns: tuple[str, ...]) -> Iterator[list[sa.Row[Any]]]:
    query = sa.select(*(table.c[name] for name in columns)).order_by(table.c.id).limit(AT_ONCE)
    after = ""
    while rows := list(op.get_bind().execute(query.where(table.c.id > after))):
        yield rows
        after = rows[-1].id


def _code(table: str, secret: bytes, values: tuple[Any, ...]) -> str:
    written = f"{table}\n" + json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return blake2b(written.encode(), key=secret, digest_size=32).hexdigest()


def _secret() -> bytes:
    """The secret of the codes, which an earlier migration made."""
    names = ("id", "wrapped_key", "sealed", "purpose", "retired_at")
    secrets = sa.table("secrets", *map(sa.column, names))
    query = sa.select(secrets).where(secrets.c.purpose == "derived", secrets.c.retired_at.is_(None))
    row = op.get_bind().execute(query.order_by(secrets.c.id.desc()).limit(1)).one()
    keyring: Keyring = context.config.attributes["keyring"]
    return keyring.open(row.id, Envelope(row.wrapped_key, row.sealed))
