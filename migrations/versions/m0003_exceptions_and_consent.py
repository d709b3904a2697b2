"""Exceptions and consent: waivers with what was said of them.

Going down takes the tables; the log keeps what happened, which the older service reads past, and going
up again makes the rows anew from it.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MADE = ("waivers", "waiver_rulings", "approvals")


def upgrade() -> None:
    waivers = op.create_table(
        "waivers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("owed_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_waivers_concept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    op.create_index("ix_waivers_concept_id", "waivers", ["concept", "id"], unique=False)
    rulings = op.create_table(
        "waiver_rulings",
        sa.Column("waiver", sa.Text(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.BigInteger(), nullable=False),
        sa.Column("ruled_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["waiver"], ["waivers.id"], name=op.f("fk_waiver_rulings_waiver")),
        sa.PrimaryKeyConstraint("waiver", "ruling", name=op.f("pk_waiver_rulings")),
    )
    approvals = op.create_table(
        "approvals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_approvals_concept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index("ix_approvals_concept_id", "approvals", ["concept", "id"], unique=False)
    for event, said in _events("approval.given"):
        row = {"id": said["approval"], "concept": event.stream, "gate": said["gate"], "vote": said["vote"]}
        row |= {"content": event.content, "given_at": event.at, "given_by": event.actor}
        op.execute(approvals.insert().values(row))
    for event, said in _events("waiver.requested"):
        kept = {name: said[name] for name in ("gate", "days", "owed_by")}
        row = {
            **kept,
            "id": said["waiver"],
            "concept": event.stream,
            "criteria": json.dumps(said["criteria"], separators=(",", ":")),
            "due_at": _micros(said["due_at"]),
            "content": event.content,
        }
        op.execute(waivers.insert().values(**row, requested_at=event.at, requested_by=event.actor))
    for ruling in ("approved", "rejected", "revoked"):
        for event, said in _events(f"waiver.{ruling}"):
            row = {"waiver": said["waiver"], "ruling": ruling, "content": event.content}
            op.execute(rulings.insert().values(**row, ruled_at=event.at, ruled_by=event.actor))
    for table in MADE:
        _keep(table, "UPDATE", "DELETE")


def downgrade() -> None:
    for table in reversed(MADE):
        op.drop_table(table)


def _events(type: str) -> Iterator[tuple[sa.Row[Any], dict[str, Any]]]:
    """What the log has of this type, in order."""
    said = sa.text("SELECT at, stream, actor, content, data FROM events WHERE type = :type ORDER BY at, seq")
    for event in op.get_bind().execute(said, {"type": type}).all():
        yield event, json.loads(event.data)


def _micros(instant: str | None) -> int | None:
    if instant is None:
        return None
    return (datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _keep(table: str, *verbs: str) -> None:
    """Whoever tries to do one of these to the table's rows is refused."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_history BEFORE {' OR '.join(verbs)} OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )
