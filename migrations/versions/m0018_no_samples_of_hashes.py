"""PostgreSQL's statistics hold no samples of any column that an erasure empties, nor of what is sealed."""

from alembic import op

revision = "0018"
down_revision = "0017"

COLUMNS = (
    ("idempotency_keys", "route", "text"),
    ("idempotency_keys", "key", "text"),
    ("marked_ids", "mark", "text"),
    ("secrets", "wrapped_key", "text"),
    ("secrets", "sealed", "text"),
    ("snapshots", "wrapped_key", "text"),
    ("snapshots", "sealed_case", "bytea"),
    ("snapshots", "sealed_facts", "bytea"),
)
USUAL = -1


def upgrade() -> None:
    _sample(0)


def downgrade() -> None:
    _sample(USUAL)


def _sample(target: int) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, type in COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")
        # A column that is given its type anew, the same one, loses the samples that were taken of it.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type}")
