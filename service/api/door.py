"""At the door: whose token came with a request, and noting now and then that it was used."""

from datetime import datetime

from anyio import CapacityLimiter, to_thread

from service.store.engine import Database
from service.usecases.access import Holder, holder_of, is_noted, note_use


class Door:
    """Looks tokens up, without crowding those who are inside."""

    def __init__(self, db: Database, readers: CapacityLimiter, writers: CapacityLimiter) -> None:
        self._db, self._readers, self._writers = db, readers, writers

    async def holder(self, authorization: str, now: datetime) -> Holder | None:
        """Whose token the Authorization header carries; None when it carries none that stands."""
        kind, _, token = authorization.partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            return None
        if self._db.is_sqlite:
            return holder_of(self._db, token, now)
        return await to_thread.run_sync(holder_of, self._db, token, now, limiter=self._readers)

    async def note(self, holder: Holder, now: datetime) -> None:
        """After the answer: the first use in an hour is noted."""
        if not is_noted(self._db, holder.token, now):
            await to_thread.run_sync(note_use, self._db, holder.token, now, limiter=self._writers)
