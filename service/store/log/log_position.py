"""Where the log is: the one row that every poll reads, whatever else is in memory.

It names the heads of chains by their digests, which stand for all that was before them too: after a failover,
or a restore, the same position may be of another history.

Two ways to the same statement. SQLite answers in two microseconds, in the event loop. PostgreSQL is asked by
one connection for all who wait: whoever comes while it is being asked is in the next question.
"""

from abc import ABC, abstractmethod
from asyncio import Future, Task, create_task, get_running_loop
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from service.store.log.chains import ORGANISATION
from service.store.sql.engine import Database
from service.store.sql.faults import Busy
from service.store.sql.prepared import Prepared

_OURS = f"(SELECT digest FROM chains WHERE key = '{ORGANISATION}')"  # noqa: S608 - a constant of ours
_THEIRS = (
    " LEFT JOIN concepts ON concepts.key = asked.key LEFT JOIN chains ON chains.key = concepts.portfolio"
)
_ONE = f"SELECT {_OURS}, chains.digest, chains.key FROM (SELECT ? AS key) AS asked{_THEIRS}"  # noqa: S608
_MANY = Prepared(
    sa.text(
        f"SELECT asked.key, {_OURS} AS organisation, chains.digest, chains.key AS portfolio"  # noqa: S608
        f" FROM unnest(CAST(:concepts AS text[])) AS asked (key){_THEIRS}"
    ).columns(
        sa.column("asked", sa.Text),
        sa.column("organisation", sa.Text),
        sa.column("digest", sa.Text),
        sa.column("portfolio", sa.Text),
    )
)


Positions = tuple[str, str | None, str | None]
"""The digests of the heads: of the organisation's chain (tokens and people), and of that of the concept's
portfolio, with its key (None: there is no such concept)."""


Waiting = defaultdict[str, list[Future[Positions]]]
"""Those who wait, by concept."""


class PositionUnknown(Exception):
    """The database did not answer. The normal route fails too, and answers the fault."""


class LatestOf(ABC):
    """Asks how far the log is for a concept."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: sa.Connection | None = None

    @abstractmethod
    async def __call__(self, concept: str) -> Positions:
        """Returns the positions, read after this was called. May raise PositionUnknown."""

    async def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def latest_of(db: Database) -> LatestOf:
    """Returns the reader of positions for this database; it may be used in one event loop only."""
    return _Sqlite(db) if db.is_sqlite else _Postgresql(db)


class _Sqlite(LatestOf):
    _cursor: Any

    async def __call__(self, concept: str) -> Positions:
        try:
            if self._db.file.locked_until:
                self._db.file.require_unlocked()
            if self._connection is None:
                self._connection = self._db.connect_to_read()
                self._cursor = self._connection.connection.cursor()
            positions: Positions = self._cursor.execute(_ONE, (concept,)).fetchone()
        except (SQLAlchemyError, self._db.engine.dialect.loaded_dbapi.Error, Busy) as error:
            self._db.file.note(error)
            await self.close()
            raise PositionUnknown from None
        return positions


class _Postgresql(LatestOf):
    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._waiting: Waiting = defaultdict(list)
        self._asked: Waiting = defaultdict(list)
        self._asking: Task[None] | None = None

    async def __call__(self, concept: str) -> Positions:
        future: Future[Positions] = get_running_loop().create_future()
        self._waiting[concept].append(future)
        if self._asking is None:
            self._asking = create_task(self._ask_for_all())
            self._asking.add_done_callback(self._give_up)
        return await future

    async def _ask_for_all(self) -> None:
        while self._waiting:
            self._asked, self._waiting = self._waiting, defaultdict(list)
            _answer(self._asked, await to_thread.run_sync(self._answers, list(self._asked)))
        self._asking = None

    def _give_up(self, task: Task[None]) -> None:
        """Answers all who still wait, where the task was cancelled or no thread was to be had."""
        if not task.cancelled() and task.exception() is None:
            return
        if self._asking is task:
            self._asking = None
        for waiting in (self._asked, self._waiting):
            _answer(waiting, PositionUnknown())
        self._waiting = defaultdict(list)

    def _answers(self, concepts: Sequence[str]) -> dict[str, Positions] | PositionUnknown:
        try:
            return self._ask(concepts)
        except Exception:  # the normal route meets it too, and logs and answers it
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(Exception):
                    connection.close()
            return PositionUnknown()

    def _ask(self, concepts: Sequence[str]) -> dict[str, Positions]:
        if self._connection is None:
            self._connection = self._db.connect_to_read()
        rows = _MANY.all(self._connection, concepts=list(concepts))
        return {row.asked: (row.organisation, row.digest, row.portfolio) for row in rows}


def _answer(waiting: Waiting, positions: dict[str, Positions] | PositionUnknown) -> None:
    for concept, futures in waiting.items():
        for future in futures:
            if future.done():
                continue  # whoever asked went away
            if isinstance(positions, PositionUnknown):
                future.set_exception(positions)
            else:
                future.set_result(positions[concept])
