"""PostgreSQL's statistics hold no samples of columns that an erasure takes: they would outlive it."""

from alembic import op

revision = "0015"
down_revision = "0014"

COLUMNS = (
    ("contents", "wrapped_key"),
    ("contents", "sealed"),
    ("idempotency_keys", "salt"),
    ("idempotency_keys", "body_hash"),
    ("themes", "mark"),
)
USUAL = -1


def upgrade() -> None:
    _sample(0)


def downgrade() -> None:
    _sample(USUAL)


def _sample(target: int) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")
        # A column that is given its type anew, the same one, loses the samples that were taken of it.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text")
