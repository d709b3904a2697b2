"""What became of a transaction whose COMMIT was not answered: it may be there, or not.

A transaction leaves a witness: a question by which another connection learns it. It waits for a lock that the
transaction holds until it ends, for its COMMIT may still be under way, or its server process may not have
noticed yet that nobody is there any more.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

Witness = Callable[[sa.Connection], bool | None]
"""Returns whether the transaction was committed; None: that cannot be told."""

WITNESS = "witness"
"""Its name in the memo of the transaction."""
SECONDS = 2.0
"""So long the database is asked: whoever wrote waits for the answer."""
PAUSE = 0.05
_WAIT = sa.text(
    "SELECT set_config('lock_timeout', :wait, true), set_config('statement_timeout', :wait, true)"
)


def leave_witness(memo: dict[Any, Any], witness: Witness) -> None:
    """Leaves a witness, unless there is one: any part of a transaction speaks for all of it."""
    memo.setdefault(WITNESS, witness)


def was_committed(
    begin: Callable[[], AbstractContextManager[sa.Connection]], witness: Witness | None
) -> bool | None:
    """Returns whether the transaction of this witness was committed; None: the database did not say so in
    time."""
    ends = monotonic() + SECONDS
    while witness is not None and (left := ends - monotonic()) > 0:
        try:
            with begin() as connection:
                connection.execute(_WAIT, {"wait": f"{left * 1000:.0f}ms"})
                return witness(connection)
        except SQLAlchemyError:
            sleep(PAUSE)  # it cannot be reached, takes no writes, or the transaction has not ended
    return None
