"""Kept verdicts are written out for pages, and counted.

They are a cache: what was kept is thrown away, and worked out again by the first page that is asked for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WAS = ("process_version", sa.Integer()), ("not_evaluable", sa.Text()), ("warnings", sa.Text())


def upgrade() -> None:
    _empty()
    with op.batch_alter_table("kept_verdicts") as table:
        for name, _ in WAS:
            table.drop_column(name)
        table.add_column(sa.Column("entry", sa.Text(), nullable=False))
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


def downgrade() -> None:
    _empty()
    op.drop_table("verdict_counts")
    with op.batch_alter_table("kept_verdicts") as table:
        table.drop_column("entry")
        for name, kind in WAS:
            table.add_column(sa.Column(name, kind, nullable=name == "not_evaluable"))


def _empty() -> None:
    op.execute("DELETE FROM kept_verdicts")
    op.execute("DELETE FROM followed")
