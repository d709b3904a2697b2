"""gateproof export and import: the whole database as a file."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from service.commands.audit import NotDone, report, with_exit_code
from service.commands.files import new_file
from service.commands.opening import migrated_database
from service.store.sql.keyring import Damaged, WrongKey
from service.usecases.operations.dump import NotImported, export, import_lines
from service.usecases.verification.verify import verify

DASH = Path("-")
HOLDS = "customers' words, tokens' hashes and signing keys, for whoever can read the file"


@with_exit_code
def export_all(path: Path, *, sealed: bool) -> int:
    """Writes everything to a file that only its owner may read, or to standard output."""
    count = -2  # the lines of the beginning and the end
    with (
        migrated_database(whole=True) as db,
        _output(path) as file,
        closing(export(db, opened=not sealed)) as lines,
    ):
        try:
            for line in lines:
                file.write(line)
                count += 1
        except (WrongKey, Damaged) as error:
            raise NotDone(f"{error}. `gateproof verify` says more") from None
    holds = "words as they are sealed: only with the same key can it be imported" if sealed else HOLDS
    sys.stderr.write(f"Exported {count:,} rows. It holds {holds}.\n")
    return 0


@with_exit_code
def import_all(path: Path) -> int:
    """Reads everything into a database that is migrated and empty, and verifies it."""
    with migrated_database(whole=True) as db:
        try:
            with _input(path) as file:
                rows = import_lines(db, file)
        except NotImported as error:
            raise NotDone(str(error)) from None
        verification = verify(db, heads=[])
    sys.stderr.write(f"Imported {rows:,} rows.\n")
    sys.stdout.write(report(verification, 0))
    return 0 if verification.ok else 1


@contextmanager
def _output(path: Path) -> Iterator[BinaryIO]:
    if path != DASH:
        with new_file(path) as file:
            yield file
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _input(path: Path) -> Iterator[BinaryIO]:
    if path == DASH:
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file
