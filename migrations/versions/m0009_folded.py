"""What is folded from a concept's events is kept beside it; those that change earlier ones are found at once.

Kept facts are a cache: they begin with none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TURNED = (
    "type IN ('conversation.revised', 'conversation.withdrawn', 'conversation.erased', 'customer.erased')"
)


def upgrade() -> None:
    op.create_table(
        "folded",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("concept", name=op.f("pk_folded")),
    )
    op.create_index(
        "ix_events_turned",
        "events",
        ["chain", "seq"],
        sqlite_where=sa.text(TURNED),
        postgresql_where=sa.text(TURNED),
    )


def downgrade() -> None:
    op.drop_index("ix_events_turned", "events")
    op.drop_table("folded")
