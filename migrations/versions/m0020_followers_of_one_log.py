"""A follower's cursor names the digest of the log where it is. Those that are there name none."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("followers", sa.Column("head", sa.Text))


def downgrade() -> None:
    op.drop_column("followers", "head")
