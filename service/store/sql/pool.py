"""A pool that closes what comes back after it was let go.

SQLAlchemy closes what is in a pool when it is disposed. What is in use then goes back to a pool that nobody
has any more, and stays open until it is collected."""

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Empty


class ClosingPool(QueuePool):
    """Keeps connections until it is disposed; from then on each is closed when it is given back."""

    is_disposed = False

    def dispose(self) -> None:
        """Closes every connection: what nobody uses now, the others later."""
        self.is_disposed = True
        self._close_all()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        # Looked at afterwards: whoever empties the pool meanwhile has said so before.
        if self.is_disposed:
            self._close_all()

    def _close_all(self) -> None:
        while True:
            try:
                record = self._pool.get(False)
            except Empty:
                return
            try:
                record.close()
            finally:
                self._dec_overflow()
