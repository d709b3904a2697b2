"""The operator's settings of the database: where it is, and how long to wait for it."""

from typing import NamedTuple

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from service.setting_values import BadSetting, GetVariable, seconds_of
from service.store.sql.open_engine import prepare_threshold_of
from service.store.sql.timeouts import USUAL_TIMEOUTS, Timeouts

URL_NAME = "GATEPROOF_DATABASE_URL"
DEFAULT_DATABASE_URL = "sqlite:///gateproof.db"
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
FORMS = "as in sqlite:///gateproof.db or postgresql://user:password@host/database"
HOUR, DAY = 3600.0, 86_400.0
WAIT = 5.0
NAMES = {
    "connect": "GATEPROOF_CONNECT_TIMEOUT",
    "answer": "GATEPROOF_ANSWER_TIMEOUT",
    "statement": "GATEPROOF_STATEMENT_TIMEOUT",
    "lock": "GATEPROOF_LOCK_TIMEOUT",
    "idle": "GATEPROOF_IDLE_TIMEOUT",
    "tcp": "GATEPROOF_TCP_TIMEOUT",
    "pool": "GATEPROOF_POOL_TIMEOUT",
}


class DatabaseSettings(NamedTuple):
    """The database; `wait`: the seconds that a start waits for it."""

    url: str = DEFAULT_DATABASE_URL
    timeouts: Timeouts = USUAL_TIMEOUTS
    wait: float = WAIT


def database_settings_of(variable: GetVariable) -> DatabaseSettings:
    """Reads GATEPROOF_DATABASE_URL, GATEPROOF_WAIT and the time-outs. BadSetting if one is malformed."""
    usual = USUAL_TIMEOUTS._asdict()
    timeouts = {field: seconds_of(name, variable, usual[field], HOUR) for field, name in NAMES.items()}
    return DatabaseSettings(
        url=checked_url(variable(URL_NAME) or DEFAULT_DATABASE_URL),
        timeouts=Timeouts(**timeouts),
        wait=seconds_of("GATEPROOF_WAIT", variable, WAIT, DAY, is_zero_fine=True),
    )


def checked_url(text: str) -> str:
    """Returns the URL of a database that this program knows. BadSetting does not repeat it: it may hold a
    password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise BadSetting(f"{URL_NAME} must be the URL of a database, {FORMS}: correct it.") from None
    if url.drivername not in DRIVERS:
        raise BadSetting(f"{URL_NAME} must begin with sqlite: or postgresql:, {FORMS}: correct it.")
    if url.get_backend_name() == "sqlite":
        _check_sqlite(url)
    elif "prepare_threshold" in url.query:
        try:
            prepare_threshold_of(url.query["prepare_threshold"])
        except ValueError:
            raise BadSetting(
                f"{URL_NAME}: its prepare_threshold must be a whole number or none: correct or remove it."
            ) from None
    return text


def _check_sqlite(url: URL) -> None:
    if url.host or url.port or url.username or url.password:
        raise BadSetting(
            f"{URL_NAME} must have three slashes before a SQLite file, four before an absolute path."
        )
    if not url.database or ":memory:" in url.database or url.query.get("mode") == "memory":
        raise BadSetting(f"{URL_NAME} must name a file, {FORMS}: what is in memory ends with its connection.")
