"""One cursor table for whoever follows the log, and derived rows with a code that only this service can make.

Needs the keys: the codes' secret is sealed like the others. The index of the page of readiness is a cache and
begins empty. How concepts stand as far as subscribers were told is none: it goes along, up and down.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from service.store.sql.keyring import Envelope, Keyring

revision = "0013"
down_revision = "0012"

SECRET = "sec_derived"  # noqa: S105 - its id
SUBSCRIPTIONS = "subscriptions"
CURSOR = ("name", "portfolio", "position", "at", "generation", "state")
STATE = ("concept", "portfolio", "position", "at", "state", "holds_until")
INDEXES = (
    ("portfolio_verdict", ["portfolio", "verdict", "expires_at", "key"]),
    ("portfolio_expires", ["portfolio", "expires_at", "key"]),
    ("verdict", ["verdict", "expires_at", "key"]),
    ("expires", ["expires_at", "key"]),
)
AT_ONCE = 500


def upgrade() -> None:
    followers = op.create_table(
        "followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "portfolio", name=op.f("pk_followers")),
    )
    states = op.create_table(
        "subscription_state",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("holds_until", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_subscription_state")),
    )
    op.create_index("ix_subscription_state_portfolio_due", "subscription_state", ["portfolio", "due_at"])
    _create_index()
    secret = _secret()
    watched = _rows("watched", "portfolio", "position", "at", "days", "notices", "sweeps")
    _fill(followers, secret, CURSOR, (_cursor(*tuple(row)) for row in watched))
    concepts = _rows("watched_concepts", "concept", "portfolio", "position", "at", "standing", "next_at")
    _fill(states, secret, STATE, map(tuple, concepts))
    for table in ("watched", "watched_concepts", "kept_verdicts", "verdict_counts", "followed"):
        op.drop_table(table)


def downgrade() -> None:
    # The secret stays, as secrets do: the older service asks for it nowhere.
    watched, concepts = _create_watched()
    cursors = [tuple(row)[1:] for row in _rows("followers", *CURSOR) if row.name == SUBSCRIPTIONS]
    _insert(watched, (_watched(*row) for row in cursors))
    states = _rows("subscription_state", *STATE[:-1], "due_at")
    names = ("concept", "portfolio", "position", "at", "standing", "next_at")
    _insert(concepts, (dict(zip(names, row, strict=True)) for row in states))
    _create_kept_verdicts()
    for table in ("followers", "subscription_state", "readiness_index"):
        op.drop_table(table)


def _cursor(portfolio: str, position: int, at: int, days: str, notices: int, sweeps: int) -> tuple[Any, ...]:
    state = json.dumps([json.loads(days), notices], separators=(",", ":"))
    return SUBSCRIPTIONS, portfolio, position, at, sweeps, state


def _watched(portfolio: str, position: int, at: int, generation: int, state: str) -> dict[str, Any]:
    days, notices = json.loads(state)
    row = {"portfolio": portfolio, "position": position, "at": at, "notices": notices, "sweeps": generation}
    return {**row, "days": json.dumps(days, separators=(",", ":"))}


def _rows(table: str, *names: str) -> Sequence[sa.Row[Any]]:
    named = sa.table(table, *map(sa.column, names))
    return op.get_bind().execute(sa.select(*(named.c[name] for name in names))).all()


def _fill(table: sa.Table, secret: bytes, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Each row with its code; what is due when it held until then."""
    _insert(table, (_with_code(table, secret, names, values) for values in rows))


def _with_code(
    table: sa.Table, secret: bytes, names: Sequence[str], values: tuple[Any, ...]
) -> dict[str, Any]:
    written = f"{table.name}\n" + json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    code = blake2b(written.encode(), key=secret, digest_size=32).hexdigest()
    row = {**dict(zip(names, values, strict=True)), "code": code}
    return {**row, "due_at": row["holds_until"]} if "holds_until" in row else row


def _insert(table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    every = list(rows)
    for first in range(0, len(every), AT_ONCE):
        op.bulk_insert(table, every[first : first + AT_ONCE])


def _create_index() -> None:
    op.create_table(
        "readiness_index",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("holds_until", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_readiness_index")),
    )
    for name, columns in (("portfolio_due", ["portfolio", "due_at"]), *INDEXES):
        op.create_index(f"ix_readiness_index_{name}", "readiness_index", columns, unique=False)


def _create_watched() -> tuple[sa.Table, sa.Table]:
    watched = op.create_table(
        "watched",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("sweeps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio", name=op.f("pk_watched")),
    )
    concepts = op.create_table(
        "watched_concepts",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_watched_concepts")),
    )
    op.create_index("ix_watched_concepts_portfolio_next", "watched_concepts", ["portfolio", "next_at"])
    return watched, concepts


def _create_kept_verdicts() -> None:
    op.create_table(
        "kept_verdicts",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("blocking", sa.Text(), nullable=False),
        sa.Column("holds_until", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_kept_verdicts")),
    )
    for name, columns in (("portfolio_holds", ["portfolio", "holds_until"]), *INDEXES):
        op.create_index(f"ix_kept_verdicts_{name}", "kept_verdicts", columns, unique=False)
    op.create_table(
        "verdict_counts",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "portfolio", "process_key", "gate", "verdict", name=op.f("pk_verdict_counts")
        ),
    )
    op.create_table(
        "followed",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio", name=op.f("pk_followed")),
    )


def _secret() -> bytes:
    """The one that an earlier way up made, or a new one."""
    secrets = sa.table("secrets", *(sa.column(name) for name in ("id", "wrapped_key", "sealed")))
    known = op.get_bind().execute(sa.select(secrets).where(secrets.c.id == SECRET)).one_or_none()
    if known is not None:
        return _keyring().open(SECRET, Envelope(known.wrapped_key, known.sealed))
    secret = token_bytes(32)
    row: dict[str, Any] = {"id": SECRET, "purpose": "derived", "created_at": 0}
    row |= _keyring().seal(SECRET, secret)._asdict()
    op.execute(sa.table("secrets", *map(sa.column, row)).insert().values(row))
    return secret


def _keyring() -> Keyring:
    keyring: Keyring = context.config.attributes["keyring"]
    return keyring
