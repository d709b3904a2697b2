"""What became of launched concepts' decisions, with what the verdicts rest on; launched concepts, by index.

Going down takes the tables; the log keeps what happened, which the older service reads past, and going
up again makes the rows anew from it.
"""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MADE = ("outcomes", "outcome_evidence")


def upgrade() -> None:
    outcomes = op.create_table(
        "outcomes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("launched_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("learning", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_outcomes_concept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    op.create_index("ix_outcomes_concept_id", "outcomes", ["concept", "id"], unique=False)
    once = ["concept", "decision", "launched_at", "revision"]
    op.create_index("uq_outcomes_revision", "outcomes", once, unique=True)
    evidence = op.create_table(
        "outcome_evidence",
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.id"], name=op.f("fk_outcome_evidence_outcome")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_outcome_evidence_conversation")
        ),
        sa.PrimaryKeyConstraint("outcome", "conversation", name=op.f("pk_outcome_evidence")),
    )
    op.create_index("ix_outcome_evidence_conversation", "outcome_evidence", ["conversation"], unique=False)
    is_launched = sa.text("launched_at IS NOT NULL")
    op.create_index(
        "ix_concepts_launched",
        "concepts",
        ["id"],
        unique=False,
        sqlite_where=is_launched,
        postgresql_where=is_launched,
    )
    _fill(outcomes, evidence)
    for table in MADE:
        _keep(table)


def downgrade() -> None:
    op.drop_index("ix_concepts_launched", table_name="concepts")
    for table in reversed(MADE):
        op.drop_table(table)


def _fill(outcomes: sa.Table, evidence: sa.Table) -> None:
    recorded = "SELECT at, stream, actor, content, data FROM events WHERE type = 'outcome.recorded'"
    for event in op.get_bind().execute(sa.text(f"{recorded} ORDER BY at, seq")).all():
        said = json.loads(event.data)
        kept = {name: said[name] for name in ("decision", "version", "revision", "verdict", "learning")}
        row = {**kept, "id": said["outcome"], "concept": event.stream, "content": event.content}
        row |= {"launched_at": _micros(said["launched_at"]), "given_at": event.at, "given_by": event.actor}
        op.execute(outcomes.insert().values(row))
        for each in said["evidence"]:
            rests_on = {"conversation": each["conversation"], "revision": each["revision"]}
            op.execute(evidence.insert().values(outcome=said["outcome"], **rests_on))


def _micros(instant: str) -> int:
    return (datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _keep(table: str) -> None:
    """Whoever tries to change or remove the table's rows is refused."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_history BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )
