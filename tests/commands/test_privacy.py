"""`gateproof purge` and `gateproof keys`."""

from base64 import b64decode, b64encode

import pytest
from sqlalchemy import select

from service.cli import main
from service.keys import open_database
from service.settings import from_environment
from service.store import key_rotation
from service.store.nouns.tokens import by_hash
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring, key_id
from service.store.words.contents import contents, words_of
from service.store.words.secrets import check, secrets
from service.usecases.access import stored_hash
from tests.conftest import KEY, TOKEN, FixedClock
from tests.gateproof import Gateproof

NEW = bytes(reversed(KEY))


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str, clock: FixedClock) -> None:
    monkeypatch.setenv("GATEPROOF_DATABASE_URL", database_url)
    monkeypatch.setattr("service.commands.privacy.now", clock)


def use(monkeypatch: pytest.MonkeyPatch, *keys: bytes) -> None:
    monkeypatch.setenv("GATEPROOF_KEY", "\n".join(b64encode(key).decode() for key in keys))


def test_purge_erases_and_says_how_much_and_no_words(
    gateproof: Gateproof, capsys: pytest.CaptureFixture[str]
) -> None:
    gateproof.begin()
    gateproof.patch("/portfolios/energy", {"retention_days": 30}, **{"If-Match": '"1"'})
    talk = gateproof.talk(days_ago=31)

    assert main(["purge", "--dry-run"]) == 0
    assert capsys.readouterr().out == "energy: 1 conversations would be erased\n"
    assert gateproof.get(f"/conversations/{talk}")["summary"]
    assert main(["purge", "--portfolio", "energy"]) == 0
    output = (
        "energy: 1 conversations erased, 1 texts in all\nNothing of what was erased is left in the files.\n"
    )
    assert capsys.readouterr().out == output
    assert gateproof.get(f"/conversations/{talk}")["summary"] == ""
    assert main(["purge"]) == 0


def test_purge_knows_which_portfolios_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["purge", "--portfolio", "ghost"]) == 1
    assert "no such portfolio" in capsys.readouterr().out


def test_a_new_key_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new"]) == 0
    assert len(b64decode(capsys.readouterr().out.strip(), validate=True)) == 32


def test_after_rotating_the_new_key_alone_opens_everything(
    gateproof: Gateproof,
    db: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    gateproof.begin()
    gateproof.talk(themes=["late news"])
    with db.reading() as connection:
        before = {row.id: row.sealed for row in connection.execute(select(contents))}
        opened = words_of(connection, before)
        count = len(connection.execute(select(secrets)).all())
    use(monkeypatch, NEW, KEY)

    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out == f"Wrapped anew: {len(before)} contents, 0 snapshots, {count} secrets.\n"
    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out == "Wrapped anew: 0 contents, 0 snapshots, 0 secrets.\n"

    use(monkeypatch, NEW)
    alone = open_database(from_environment())
    with alone.reading() as connection:
        check(connection)
        assert words_of(connection, before) == opened
        assert {row.id: row.sealed for row in connection.execute(select(contents))} == before
        assert by_hash(connection, stored_hash(connection, TOKEN)) is not None
    alone.close()
    use(monkeypatch, KEY)
    with pytest.raises(SystemExit, match="not the key of this database"):
        open_database(from_environment())


def test_a_rotation_that_broke_off_goes_on_and_until_then_the_old_key_is_needed(
    gateproof: Gateproof, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateproof.begin()
    both = Database(database_url, Keyring([NEW, KEY]))
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    with both.writing() as tx:
        first = key_rotation._rewrap_some(tx, key_rotation.SealedTable(contents), "")
    use(monkeypatch, NEW)
    with pytest.raises(SystemExit, match="not the key of this database"):
        open_database(from_environment())
    with both.reading() as connection:
        count = len(connection.execute(select(contents)).all())
    assert key_rotation.rewrap(both)["contents"] == count - len(first)
    with both.reading() as connection:
        wrapped = connection.execute(select(contents.c.wrapped_key)).scalars().all()
        assert {each.partition(".")[0] for each in wrapped} == {key_id(NEW)}
    both.close()


def test_a_record_under_another_key_stops_it_with_a_word(
    gateproof: Gateproof, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], db: Database
) -> None:
    gateproof.begin()
    with db.writing() as tx:
        tx.execute(contents.update().values(wrapped_key="00000000.QUJD"))
    assert main(["keys", "rotate"]) == 1
    assert "key 00000000 is not at hand" in capsys.readouterr().out
