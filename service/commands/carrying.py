"""gateproof export and import."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from service.commands.audit import NotDone, exit_code_of, report
from service.commands.files import new_file
from service.commands.opening import migrated_database
from service.store.sql.keyring import Damaged, WrongKey
from service.usecases.operations.dump import NotCarried, export, import_lines
from service.usecases.verification.verify import verify

DASH = Path("-")
HOLDS = "customers' words, tokens' hashes and signing keys, for whoever can read the file"


def export_all(path: Path, *, sealed: bool) -> int:
    """Everything, to a file that only its owner may read, or to standard output."""
    return exit_code_of(lambda: _export(path, opened=not sealed))


def import_all(path: Path) -> int:
    """Everything, into a database that is migrated and empty; then verified."""
    return exit_code_of(lambda: _import(path))


def _export(path: Path, *, opened: bool) -> int:
    count = -2  # what it is, and its end
    with migrated_database() as db, _output(path) as file, closing(export(db, opened=opened)) as lines:
        try:
            for line in lines:
                file.write(line)
                count += 1
        except (WrongKey, Damaged) as error:
            raise NotDone(f"{error}. `gateproof verify` says more") from None
    holds = HOLDS if opened else "words as they are sealed: only with the same key can it be imported"
    sys.stderr.write(f"Exported {count:,} rows. It holds {holds}.\n")
    return 0


def _import(path: Path) -> int:
    with migrated_database() as db:
        try:
            with _input(path) as file:
                done = import_lines(db, file)
        except NotCarried as error:
            raise NotDone(str(error)) from None
        verification = verify(db, heads=[])
    sys.stderr.write(f"Imported {done.rows:,} rows.\n")
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
