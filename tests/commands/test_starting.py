"""Settings that cannot be used, and databases that are not there: one sentence, and exit code 2."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer
from time import monotonic

import pytest
from sqlalchemy import text

from service.cli import main
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.store.sql.open_engine import _sqlite_module
from tests.conftest import KEYRING

Start = Callable[..., tuple[int, str]]
SECRET = "s3cret-of-the-database"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Start:
    """Runs a command with these settings; its exit code, and what it said."""

    def run(*arguments: str, **settings: str) -> tuple[int, str]:
        with monkeypatch.context() as environment:
            environment.setenv("GATEPROOF_WAIT", "0")
            for module in ("serving", "deliver"):  # loggers stay those of the suite
                environment.setattr(f"service.commands.{module}.configure_logging", lambda _: None)
            for name, value in settings.items():
                environment.setenv(name, value)
            code = main(arguments or ["serve"])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def _is_one_sentence(said: str) -> bool:
    return said.count("\n") == 1 and said.count(". ") == 0 and "Traceback" not in said and SECRET not in said


@pytest.mark.parametrize("command", ["serve", "migrate", "verify", "deliver"])
@pytest.mark.parametrize(
    "url",
    [
        "gateproof.db",
        "/var/lib/gateproof.db",
        " ",
        "sqlite",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://gateproof.db",
        "sqlite:///file::memory:?uri=true",
        f"mysql://gp:{SECRET}@localhost/gp",
        f"postgres://gp:{SECRET}@localhost/gp",
        f"postgresql+asyncpg://gp:{SECRET}@localhost/gp",
        f"postgresql://gp:{SECRET}@localhost:port/gp",
        f"postgresql://gp:{SECRET}@localhost/gp?prepare_threshold=often",
        f"postgresql://gp:{SECRET}@127.0.0.1:1/gp?nonsense=1",
        "sqlite:///gp.db?nonsense=1",
        "https://example.com/",
    ],
)
def test_a_url_of_a_wrong_kind_is_named(start: Start, url: str, command: str) -> None:
    code, said = start(command, GATEPROOF_DATABASE_URL=url)
    assert (code, said.startswith("GATEPROOF_DATABASE_URL"), _is_one_sentence(said)) == (2, True, True), said


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1e3", "nan", "inf", "5s", "1,5", "٣", "99999999", " "])
@pytest.mark.parametrize(
    "name",
    [
        "GATEPROOF_CONNECT_TIMEOUT",
        "GATEPROOF_ANSWER_TIMEOUT",
        "GATEPROOF_STATEMENT_TIMEOUT",
        "GATEPROOF_LOCK_TIMEOUT",
        "GATEPROOF_IDLE_TIMEOUT",
        "GATEPROOF_TCP_TIMEOUT",
        "GATEPROOF_POOL_TIMEOUT",
    ],
)
def test_a_time_out_that_is_none_is_named(start: Start, name: str, value: str) -> None:
    code, said = start(**{name: value})
    assert (code, said.startswith(f"{name} must be a number of seconds"), _is_one_sentence(said)) == (
        2,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEPROOF_WAIT", "-1"),
        ("GATEPROOF_PORT", "http"),
        ("GATEPROOF_PORT", "65536"),
        ("GATEPROOF_HEADS_EVERY", "0"),
        ("GATEPROOF_RATE_LIMIT", "many"),
    ],
)
def test_so_is_any_other_setting(start: Start, name: str, value: str) -> None:
    code, said = start(**{name: value})
    assert (code, said.startswith(f"{name} must be"), _is_one_sentence(said)) == (2, True, True), said


@pytest.mark.parametrize("command", ["serve", "migrate", "deliver"])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"postgresql://gp:{SECRET}@127.0.0.1:1/gp", "cannot be reached"),
        ("sqlite:////nowhere/at/all/gp.db", "cannot be reached"),
    ],
)
def test_a_database_that_is_not_there_is_said(start: Start, command: str, url: str, why: str) -> None:
    code, said = start(command, GATEPROOF_DATABASE_URL=url)
    assert (code, why in said, _is_one_sentence(said)) == (2, True, True), said


def test_a_file_that_is_no_database_is_said(start: Start, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no database. " * 100)
    code, said = start(GATEPROOF_DATABASE_URL=f"sqlite:///{tmp_path}/text")
    assert (code, "cannot be used (file is not a database)" in said) == (2, True), said
    assert _is_one_sentence(said)


def test_a_database_that_does_not_answer_is_given_up(start: Start) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=8)) as silent:
        port, begun = silent.getsockname()[1], monotonic()
        code, said = start(GATEPROOF_DATABASE_URL=f"postgresql://gp@127.0.0.1:{port}/gp")
    assert (code, "does not answer" in said, _is_one_sentence(said)) == (2, True, True), said
    assert monotonic() - begun < 6


@pytest.fixture
def locked(database_url: str) -> Iterator[str]:
    holder = Database(database_url, KEYRING)
    if holder.is_sqlite:
        path = Path(str(holder.engine.url.database))
        path.chmod(0o600)
        other = _sqlite_module().connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield database_url
        other.close()
    else:
        with holder.engine.begin() as tx:
            tx.execute(text("LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE"))
            yield database_url
    holder.close()


def test_a_database_that_is_locked_is_said(start: Start, locked: str) -> None:
    code, said = start("serve", "--migrate", GATEPROOF_DATABASE_URL=locked, GATEPROOF_LOCK_TIMEOUT="0.3")
    assert (code, "is locked" in said, _is_one_sentence(said)) == (2, True, True), said


def test_it_waits_for_a_database_that_comes(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    Timer(0.8, folder.mkdir).start()
    url = f"sqlite:///{folder}/gp.db"
    assert start("migrate", GATEPROOF_DATABASE_URL=url, GATEPROOF_WAIT="20")[0] == 0


def test_a_database_of_a_newer_release_is_named(start: Start, new_database: Callable[[str], str]) -> None:
    url = new_database("empty")
    db = Database(url, KEYRING)
    migrate(db)
    with db.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    db.close()
    for command, code in (("serve", 1), ("migrate", 2)):
        assert start(command, GATEPROOF_DATABASE_URL=url)[0] == code
        assert "newer than this program" in start(command, GATEPROOF_DATABASE_URL=url)[1]
