"""How far the move of a set of concepts is.

Nothing is filled in: no set was moved before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "moved_sets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_moved_sets")),
    )


def downgrade() -> None:
    op.drop_table("moved_sets")
