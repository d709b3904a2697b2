"""A customer says into which one it was merged."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
lives_with = "0021"


def upgrade() -> None:
    op.add_column("customers", sa.Column("merged_into", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("customers", "merged_into")
