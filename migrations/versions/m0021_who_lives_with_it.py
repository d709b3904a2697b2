"""Beside the revision: the oldest one whose release lives with this database, and of which revision that is
said.

`gateproof migrate` writes both. An older release that runs beside a newer one reads them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
lives_with = "0021"

COLUMNS = ("marked_revision", "oldest_revision")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("alembic_version", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("alembic_version", name)
