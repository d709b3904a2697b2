"""Two databases with one history up to a point, and what a service says when one takes the other's place.

So it is after an asynchronous failover, or a restore: the log may be as long as it was, and is another one.
"""

from contextlib import closing, suppress

from psycopg.errors import ObjectInUse
from sqlalchemy import make_url

from service.store.sql.engine import Database
from tests.databases import Server, kind_of


def take_over(db: Database, other_url: str, server: Server | None) -> None:
    """Puts the other database in the place of this one, under the feet of whoever has it open."""
    url = db.engine.url
    if kind_of(other_url) == "sqlite":
        paths = str(make_url(other_url).database), str(url.database)
        # By the service's own SQLite: two of them in one process undo each other's locks, and end it.
        connect = db.engine.dialect.loaded_dbapi.connect
        with closing(connect(paths[0])) as there, closing(connect(paths[1])) as here:
            there.backup(here)
        return
    assert server is not None
    name, other = str(url.database), str(make_url(other_url).database)
    for before, after in ((name, f"{name}_gone"), (other, name), (f"{name}_gone", other)):
        _rename(server, before, after)


def _rename(server: Server, before: str, after: str) -> None:
    for _ in range(20):
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        server.connection.execute(query, [before])
        with suppress(ObjectInUse):  # somebody came back meanwhile
            server.connection.execute(f"ALTER DATABASE {before} RENAME TO {after}")
            return
    raise AssertionError(f"{before} is in use")
