"""gateproof migrate: starts without the server."""

from service.keys import open_database
from service.settings import from_environment
from service.store.sql.migrating import migrate


def migrate_database() -> int:
    """Brings the database of the environment to the newest shape."""
    db = open_database(from_environment())
    migrate(db)
    db.close()
    print("The database is at the newest revision.")
    return 0
