"""The keys from outside: from the environment, from a file, or made for a database that is new."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import inspect, make_url

from service.settings import Settings
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged, Keyring, WrongKey, new_key, parse
from service.store.words import secrets
from service.store.words.secrets import secrets as table

LOST = """The key is missing: {path} is not there.
What stands in this database can be opened only with the key that sealed it. Put the file back, name it with
GATEPROOF_KEY_FILE, or set GATEPROOF_KEY."""
UNWRITABLE = """There is no key yet, and none can be made: {path}: {why}.
Set GATEPROOF_KEY to one (`gateproof keys new` prints it), or name a file with GATEPROOF_KEY_FILE."""
WRONG = """This is not the key of this database ({source}), so nothing was started.
Everything in it was sealed with another key: set GATEPROOF_KEY or GATEPROOF_KEY_FILE to that one."""
MALFORMED = """{source}: {rule}.
A key is 32 random bytes in base64, as `gateproof keys new` prints it; several stand on lines of their
own, the current one first."""


def open_database(settings: Settings) -> Database:
    """Returns the database with its keys. SystemExit with what to do if they are missing or wrong."""
    path = settings.key_file or _default_key_file(settings.database_url)
    if settings.key:
        return _with(settings.database_url, settings.key, "GATEPROOF_KEY")
    if not path.exists():
        if settings.key_file or _is_sealed(settings.database_url):
            raise SystemExit(LOST.format(path=path))
        _make(path)
    return _with(settings.database_url, _read(path), str(path))


def _default_key_file(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}.key")
    return Path("gateproof.key")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        raise SystemExit(MALFORMED.format(source=path, rule="the file is not text")) from None
    except OSError as error:
        raise SystemExit(f"{path}: the key cannot be read ({error.strerror}).") from None


def _with(database_url: str, text: str, source: str) -> Database:
    try:
        db = Database(database_url, parse(text))
    except ValueError as error:
        raise SystemExit(MALFORMED.format(source=source, rule=error)) from None
    try:
        _check(db)
    except (WrongKey, Damaged):
        db.close()
        raise SystemExit(WRONG.format(source=source)) from None
    return db


def _check(db: Database) -> None:
    with db.reading() as connection:
        if inspect(connection).has_table(table.name):
            secrets.check(connection)


def _is_sealed(database_url: str) -> bool:
    db = Database(database_url, Keyring([bytes(32)]))
    with db.reading() as connection:
        is_sealed = inspect(connection).has_table(table.name)
    db.close()
    return is_sealed


def _make(path: Path) -> None:
    """Writes a key file whole or not at all: another process may be starting at the same moment."""
    try:
        _write(path)
    except OSError as error:
        raise SystemExit(UNWRITABLE.format(path=path, why=error.strerror)) from None


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
