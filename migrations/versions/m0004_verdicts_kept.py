"""Verdicts kept beside the log, so that a page of them can be read; and who owns decisions, by index.

Nothing is filled in: the first page that is asked for works out what it needs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "kept_verdicts",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("not_evaluable", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("blocking", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("holds_until", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_kept_verdicts")),
    )
    for name, columns in (
        ("portfolio_holds", ["portfolio", "holds_until"]),
        ("portfolio_verdict", ["portfolio", "verdict", "expires_at", "key"]),
        ("portfolio_expires", ["portfolio", "expires_at", "key"]),
        ("verdict", ["verdict", "expires_at", "key"]),
        ("expires", ["expires_at", "key"]),
    ):
        op.create_index(f"ix_kept_verdicts_{name}", "kept_verdicts", columns, unique=False)
    op.create_table(
        "followed",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio", name=op.f("pk_followed")),
    )
    op.create_index("ix_decisions_owner_concept", "decisions", ["owner", "concept"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_decisions_owner_concept", table_name="decisions")
    op.drop_table("followed")
    op.drop_table("kept_verdicts")
