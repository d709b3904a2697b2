"""gateproof backup: a verified copy of a SQLite database, while the service writes."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from service.commands.audit import NotDone, report, with_exit_code
from service.commands.opening import migrated_database
from service.store.sql import backup
from service.store.sql.engine import Database
from service.usecases.verification.verify import verify

ELSEWHERE = (
    "on PostgreSQL its own tools do this: pg_dump --format=custom --file=FILE, with the database's address."
    " Keep GATEPROOF_KEY apart from it"
)


@with_exit_code
def back_up(path: Path) -> int:
    """Copies the database to a file that only its owner may read, and that gets its name once verified."""
    with migrated_database() as db:
        if not db.is_sqlite:
            raise NotDone(ELSEWHERE)
        if path.exists() or path.is_symlink():
            raise NotDone(f"{path}: it exists, and is not written over")
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            backup.copy(db, draft)
            code = _verified(draft, db)
            if code == 0:
                os.link(draft, path)
        finally:
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{draft}{suffix}").unlink()
    if code == 0:
        size = path.stat().st_size
        sys.stdout.write(f"Backed up to {path}, {size:,} bytes. It needs the same key: keep that apart.\n")
    return code


def _verified(path: Path, of: Database) -> int:
    """Verifies the copy, not what it was made of; returns the exit code."""
    copied = Database(f"sqlite:///{path}", of.keyring)
    try:
        with copied.reading() as connection:
            damages = backup.damages(connection)
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        verification = verify(copied, heads=[])
    finally:
        copied.close()
    for damage in damages:
        sys.stdout.write(f"The copy is damaged: {damage}\n")
    if not verification.ok:
        sys.stdout.write(report(verification, 0))
    return 0 if verification.ok and not damages else 1
