"""gateproof doctor: is everything that the service rests on as it should be?"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import disk_usage
from typing import NamedTuple

from sqlalchemy import make_url, text

from service.clock import TOLERANCE, as_text, elapsed, now
from service.keys import open_database
from service.settings import Settings, from_environment
from service.startup import sentence_of
from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
from service.store.sql.file_modes import file_of
from service.store.sql.migrating import SERVED, SHAPES, shape_of
from service.usecases.audit.clocks import log_ahead

LEAST_FREE = 2**30
"""Of the disk that a SQLite database is on: it is rewritten whole by some migrations."""
INSTANT = text("SELECT clock_timestamp()")


class Wrong(Exception):
    """What is wrong; the text is for the operator."""


class Checked(NamedTuple):
    """A check, and what it found."""

    check: str
    ok: bool
    detail: str


def examine(*, as_json: bool) -> int:
    """Prints a line for each check; returns 1 if anything is wrong."""
    checks = list(_checked(from_environment()))
    if as_json:
        print(json.dumps([each._asdict() for each in checks]))
    else:
        for each in checks:
            sys.stdout.write(f"{'ok   ' if each.ok else 'WRONG'} {each.check:<10} {each.detail}\n")
    return 0 if all(each.ok for each in checks) else 1


def _checked(settings: Settings) -> Iterator[Checked]:
    """Each check in turn; without a database there is nothing else to look at."""
    where = make_url(settings.database.url).render_as_string(hide_password=True)
    try:
        db = open_database(settings)
    except SystemExit as error:
        yield Checked("key", ok=False, detail=" ".join(str(error.code).split()))
        return
    except Exception as error:
        sentence = sentence_of(error) or f"It does not answer as it should ({type(error).__name__})."
        yield Checked("database", ok=False, detail=f"{where}: {sentence}")
        return
    yield Checked("key", ok=True, detail="it opens what is sealed in the database")
    yield Checked("database", ok=True, detail=f"{where} answers")
    try:
        for name, check in CHECKS.items():
            yield _result(name, check, db)
    finally:
        db.close()


def _result(name: str, check: Callable[[Database], str], db: Database) -> Checked:
    try:
        return Checked(name, ok=True, detail=check(db))
    except Wrong as wrong:
        return Checked(name, ok=False, detail=str(wrong))
    except Exception as error:
        return Checked(name, ok=False, detail=f"the database: {(fault_of(error) or Fault.OURS).value}")


def _migrations(db: Database) -> str:
    with db.reading() as connection:
        shape = shape_of(connection)
    if shape not in SERVED:
        raise Wrong(SHAPES[shape])
    return SHAPES[shape]


def _writes(db: Database) -> str:
    db.require_writable()
    return "the database takes them"


def _clock(db: Database) -> str:
    """Compares this machine's clock with the database's."""
    if db.is_sqlite:
        return f"{as_text(now())}; the database is a file, and has none of its own"
    with db.reading() as connection:
        before, theirs, after = now(), connection.execute(INSTANT).scalar_one(), now()
    ours = before + (after - before) / 2
    seconds = (ours - theirs).total_seconds()
    both = f"{as_text(ours)} here, {as_text(theirs)} in the database: {abs(seconds):.1f} seconds apart"
    if abs(ours - theirs) > TOLERANCE:
        raise Wrong(f"{both}. Writes are refused: set the clocks right.")
    return both


def _leaps(_: Database) -> str:
    if elapsed() is None:
        return "this system counts no time that nobody sets: no clock that is set is found while it runs"
    return "a clock that is set by more than five minutes while the service runs is found"


def _log(db: Database) -> str:
    if (ahead := log_ahead(db, now)) is not None:
        raise Wrong(str(ahead))
    return "no event is dated later than now"


def _disk(db: Database) -> str:
    path = file_of(db.engine.url.render_as_string(hide_password=False))
    if path is None:
        return "the database's own machine knows"
    free = disk_usage(Path(path).absolute().parent).free
    needed = max(LEAST_FREE, 2 * Path(path).stat().st_size)
    sizes = f"{free / 2**30:.1f} GiB are free where the database is"
    if free < needed:
        raise Wrong(f"{sizes}: {needed / 2**30:.1f} GiB are needed to migrate it.")
    return sizes


CHECKS: dict[str, Callable[[Database], str]] = {
    "migrations": _migrations,
    "writes": _writes,
    "clock": _clock,
    "leaps": _leaps,
    "log": _log,
    "disk": _disk,
}
