"""Colleagues are found by their key however it is written: each conversation asks whether a name is one."""

from alembic import op
from sqlalchemy import text

revision = "0010"
down_revision = "0009"

INDEX, TABLE = "ix_people_lowered", "people"


def upgrade() -> None:
    op.create_index(INDEX, TABLE, [text("lower(key)")])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
