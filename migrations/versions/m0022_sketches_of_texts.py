"""Sketches of summaries, by which near copies are found. Those of what was recorded before are made while the
service runs."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
lives_with = "0021"


def upgrade() -> None:
    op.create_table(
        "text_sketches",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "conversation", name=op.f("pk_text_sketches")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_sketches_conversation", "text_sketches", ["conversation"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE text_sketches ALTER COLUMN hash SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("text_sketches")
