"""Ids elsewhere, found by marks; and how far the move of a set of concepts is.

Needs the keys: the ids that conversations, customers and people have elsewhere are words, so they are
opened, and their marks filled in. Where several in a portfolio have the same one, the first has the mark.
Of moves nothing is filled in: no set was moved before.
"""

import json
from hmac import digest
from secrets import token_bytes
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from service.store.sql.keyring import Envelope, Keyring

revision = "0006"
down_revision = "0005"

SECRET = "sec_externals"  # noqa: S105 - its id
MARKED = (
    ("conversation", "conversations", "id", "portfolio"),
    ("customer", "customers", "key", "portfolio"),
    ("person", "people", "key", "'organisation'"),
)


def upgrade() -> None:
    op.create_table(
        "moved_sets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_moved_sets")),
    )
    marked = op.create_table(
        "marked_ids",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio", "mark", name=op.f("pk_marked_ids")),
    )
    op.create_index("ix_marked_ids_mark", "marked_ids", ["mark"], unique=False)
    op.create_index("ix_marked_ids_kind_ref", "marked_ids", ["kind", "ref"], unique=False)
    secret = _secret()
    for kind, table, key, portfolio in MARKED:
        _fill(marked, secret, kind, _said(table, key, portfolio))


def downgrade() -> None:
    # The secret stays, as secrets do: the older service asks for it nowhere.
    op.drop_table("marked_ids")
    op.drop_table("moved_sets")


def _said(table: str, key: str, portfolio: str) -> sa.TextClause:
    return sa.text(
        f"SELECT t.{key} AS ref, {portfolio} AS portfolio, c.id, c.wrapped_key, c.sealed "  # noqa: S608 - names of our own
        f"FROM {table} t JOIN contents c ON c.id = t.content ORDER BY t.created_at, t.{key}"
    )


def _fill(marked: sa.Table, secret: bytes, kind: str, said: sa.TextClause) -> None:
    taken, rows = set(), []
    for row in op.get_bind().execute(said):
        opened = _keyring().open(row.id, Envelope(row.wrapped_key, row.sealed))
        for each in json.loads(opened)[1].get("external", ()):
            text = "\0".join((kind, each["system"], each["id"]))
            mark = digest(secret, text.encode(), "sha256").hex()
            if (row.portfolio, mark) not in taken:
                taken.add((row.portfolio, mark))
                rows.append({"portfolio": row.portfolio, "mark": mark, "kind": kind, "ref": row.ref})
    if rows:
        op.bulk_insert(marked, rows)


def _secret() -> bytes:
    """The one that an earlier way up made, or a new one."""
    secrets = sa.table("secrets", *(sa.column(name) for name in ("id", "wrapped_key", "sealed")))
    known = op.get_bind().execute(sa.select(secrets).where(secrets.c.id == SECRET)).one_or_none()
    if known is not None:
        return _keyring().open(SECRET, Envelope(known.wrapped_key, known.sealed))
    secret = token_bytes(32)
    said: dict[str, Any] = {"id": SECRET, "purpose": "externals", "created_at": 0}
    said |= _keyring().seal(SECRET, secret)._asdict()
    table = sa.table("secrets", *(sa.column(name) for name in said))
    op.execute(table.insert().values(said))
    return secret


def _keyring() -> Keyring:
    keyring: Keyring = context.config.attributes["keyring"]
    return keyring
