"""${message}"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
lives_with = ${repr(up_revision)}
"""The oldest release that lives with a database of this revision, by the newest revision that it knows: what
it reads and writes is still there, and means the same."""


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
