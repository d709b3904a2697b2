"""The keys from outside: from the environment, from a file, or made for a database that is new."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from warnings import catch_warnings, simplefilter

from sqlalchemy import inspect, make_url
from sqlalchemy.exc import ArgumentError, SAWarning

from service.database_settings import DatabaseSettings
from service.setting_values import BadSetting
from service.settings import Settings
from service.startup import when_there
from service.store.sql.engine import Database
from service.store.sql.faults import Fault, fault_of
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
UNKNOWN_OPTION = "GATEPROOF_DATABASE_URL has an option that the driver does not take: correct or remove it."
MALFORMED = """{source}: {rule}.
A key is 32 random bytes in base64, as `gateproof keys new` prints it; several stand on lines of their
own, the current one first."""


def open_database(settings: Settings, *, at_length: bool = False) -> Database:
    """Returns the database with its keys; waits for it as long as GATEPROOF_WAIT says. `at_length`:
    statements may take as long as they take. SystemExit with what to do if keys are missing or wrong."""
    database = settings.database
    if at_length:
        database = database._replace(timeouts=database.timeouts.at_length())
    return when_there(lambda: _open(settings, database), database.wait)


def _open(settings: Settings, database: DatabaseSettings) -> Database:
    path = settings.key_file or _default_key_file(database.url)
    if settings.key:
        return _with(database, settings.key, "GATEPROOF_KEY")
    if not path.exists():
        if settings.key_file or _is_sealed(database):
            raise SystemExit(LOST.format(path=path))
        _make(path)
    return _with(database, _read(path), str(path))


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


def _with(database: DatabaseSettings, text: str, source: str) -> Database:
    try:
        keyring = parse(text)
    except ValueError as error:
        raise SystemExit(MALFORMED.format(source=source, rule=error)) from None
    db = _connected(database, keyring)
    try:
        _check(db)
    except (WrongKey, Damaged):
        db.close()
        raise SystemExit(WRONG.format(source=source)) from None
    except BaseException as error:
        db.close()
        raise _refused(error) from None
    return db


def _check(db: Database) -> None:
    with db.reading() as connection:
        if inspect(connection).has_table(table.name):
            secrets.check(connection)


def _is_sealed(database: DatabaseSettings) -> bool:
    db = _connected(database, Keyring([bytes(32)]))
    try:
        with db.reading() as connection:
            return inspect(connection).has_table(table.name)
    except BaseException as error:
        raise _refused(error) from None
    finally:
        db.close()


def _connected(database: DatabaseSettings, keyring: Keyring) -> Database:
    try:
        with catch_warnings():
            simplefilter("error", SAWarning)  # the driver would ignore the option
            return Database(database.url, keyring, database.timeouts)
    except (ArgumentError, SAWarning, TypeError):
        raise BadSetting(UNKNOWN_OPTION) from None


def _refused(error: BaseException) -> BaseException:
    """A first connection fails by a fault of the program where the URL has an option that there is not."""
    is_option = isinstance(error, TypeError) or fault_of(error) is Fault.OURS
    return BadSetting(UNKNOWN_OPTION) if is_option else error


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
