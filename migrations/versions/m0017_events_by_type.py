"""Events of one type are found in the order of their chain, however rare they are in a long log."""

from alembic import op

revision = "0017"
down_revision = "0016"

NAME, TABLE = "ix_events_chain_type_seq", "events"


def upgrade() -> None:
    op.create_index(NAME, TABLE, ["chain", "type", "seq"], unique=False)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
