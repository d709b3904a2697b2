"""Exports the whole database as lines, and imports them into an empty one: nothing is lost or altered."""

from collections.abc import Generator, Iterable, Iterator
from hashlib import sha256
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, Table
from sqlalchemy.exc import SQLAlchemyError

from service.store import dump
from service.store.dump import BATCH, TABLES, RowMismatch
from service.store.log.chains import ORGANISATION, lock
from service.store.sql.columns import EPOCH
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged, WrongKey
from service.store.sql.migrating import newest

FORMAT, VERSION = "gateproof-export", 1
END = "end"


class NotImported(Exception):
    """An import was refused, and wrote nothing. The text is for the operator and has nobody's words in it."""


def export(db: Database, *, opened: bool) -> Generator[bytes]:
    """Yields lines: a header, every row of every table, and an end with a digest of all before it.

    All of one instant. The same database gives the same lines, whichever kind it is and whatever its key;
    with `opened` false words and secrets stay sealed. May raise WrongKey or Damaged.
    """
    digest, rows = sha256(), 0
    header = {"format": FORMAT, "version": VERSION, "revision": newest(), "opened": opened}
    with dump.snapshot(db) as connection:
        for row in chain([header], _rows(connection, opened=opened)):
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
            digest.update(line)
            rows += "table" in row
            yield line
    yield orjson.dumps({END: {"rows": rows, "sha256": digest.hexdigest()}}, option=orjson.OPT_APPEND_NEWLINE)


def import_lines(db: Database, lines: Iterable[bytes]) -> int:
    """Imports all lines in one transaction, sealed with this database's key; returns how many rows there
    were. Raises NotImported."""
    reading = _Reading(iter(lines))
    try:
        with db.writing() as tx:
            _require_empty(tx)
            made = dump.seed_rows(tx)
            for table, rows in reading.batches():
                dump.restore(tx, table, rows, made)
            dump.restart_sequences(tx)
    except (RowMismatch, ValueError, TypeError, KeyError, AttributeError) as error:
        raise reading.refused(f"it is not what an export writes ({type(error).__name__})") from None
    except (WrongKey, Damaged) as error:
        raise reading.refused(f"{error}; an export that is sealed needs the key it was sealed with") from None
    except SQLAlchemyError as error:
        raise reading.refused(f"the database refuses it ({type(error).__name__})") from None
    return reading.rows


def _rows(connection: Connection, *, opened: bool) -> Iterator[dict[str, Any]]:
    for table in TABLES:
        for row in dump.rows_of(connection, table, opened=opened):
            yield {"table": table.name, "row": row}


def _require_empty(tx: Connection) -> None:
    """Locks the organisation's chain, so that no service that starts at the same moment begins to fill it."""
    lock(tx, ORGANISATION, lambda: EPOCH)
    if not dump.is_empty(tx):
        raise NotImported(
            "This database is not empty. Import into a new one: `gateproof migrate`, and nothing else."
        )


class _Reading:
    """Reads the lines of an export: counts them, and checks the digest at the end."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._digest = lines, sha256()
        self.number = self.rows = 0

    def refused(self, why: str) -> NotImported:
        return NotImported(f"Near line {self.number}: {why}. Nothing was imported.")

    def batches(self) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """Yields rows of one table at a time, in batches; returns once the end of the export was read and
        checked."""
        self._require_header()
        tables = {table.name: table for table in TABLES}
        name, batch = "", list[dict[str, Any]]()
        for line in self._parsed():
            if END in line:
                break
            if batch and (line["table"] != name or len(batch) == BATCH):
                yield tables[name], batch
                batch = []
            name = line["table"]
            batch.append(line["row"])
            self.rows += 1
        else:
            raise NotImported("The export has no end: it was cut off. Nothing was imported.")
        if batch:
            yield tables[name], batch

    def _require_header(self) -> None:
        header = next(self._parsed(), None)
        if header is None or header.get("format") != FORMAT or header.get("version") != VERSION:
            raise NotImported("This is not an export that this version of Gateproof can read.")
        if header.get("revision") != newest():
            raise NotImported(
                f"The export is of a database of shape {header.get('revision')},"
                f" this program's is {newest()}: import it with the version that exported it, then migrate."
            )

    def _parsed(self) -> Iterator[dict[str, Any]]:
        for line in self._lines:
            self.number += 1
            row = orjson.loads(line)
            if END in row:
                whole = {"rows": self.rows, "sha256": self._digest.hexdigest()}
                if row[END] != whole or next(self._lines, None) is not None:
                    raise NotImported("The export is not as it was written. Nothing was imported.")
            self._digest.update(line)
            yield row
