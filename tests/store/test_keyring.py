"""Words at rest: sealed each with a key of its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text, update

from service import keys
from service.database_settings import DatabaseSettings
from service.keys import open_database
from service.settings import Settings
from service.store.sql.engine import Database
from service.store.sql.keyring import Damaged, Keyring, WrongKey, new_key, parse
from service.store.sql.migrating import migrate
from service.store.words.contents import contents, store, words_of
from service.store.words.secrets import check
from tests.conftest import KEY, KEYRING

AT = datetime(2026, 1, 1, tzinfo=UTC)
OTHER = Keyring([bytes(reversed(KEY))])


def test_what_is_sealed_opens_with_the_same_key_and_record_only() -> None:
    envelope = KEYRING.seal("txt_1", b"what they said")

    assert KEYRING.open("txt_1", envelope) == b"what they said"
    with pytest.raises(Damaged):
        KEYRING.open("txt_2", envelope)
    with pytest.raises(WrongKey):
        OTHER.open("txt_1", envelope)


def test_the_same_words_never_look_the_same() -> None:
    one, other = KEYRING.seal("txt_1", b"yes"), KEYRING.seal("txt_1", b"yes")

    assert one.sealed != other.sealed
    assert one.wrapped_key != other.wrapped_key


@pytest.mark.parametrize("part", ["wrapped_key", "sealed"])
def test_a_flipped_bit_is_noticed(part: str) -> None:
    envelope = KEYRING.seal("txt_1", b"what they said")
    value = getattr(envelope, part)
    turned = envelope._replace(**{part: value[:-6] + ("A" if value[-6] != "A" else "B") + value[-5:]})

    with pytest.raises(Damaged):
        KEYRING.open("txt_1", turned)


def test_a_new_key_takes_over_and_the_one_before_still_opens() -> None:
    envelope = KEYRING.seal("txt_1", b"what they said")
    both = Keyring([bytes(reversed(KEY)), KEY])
    moved = envelope._replace(wrapped_key=both.rewrap("txt_1", envelope.wrapped_key))

    assert both.open("txt_1", envelope) == both.open("txt_1", moved) == b"what they said"
    assert OTHER.open("txt_1", moved) == b"what they said"


def test_keys_are_read_as_text() -> None:
    made = new_key()
    assert parse(f"{made}\n{new_key()}\n").current == parse(made).current
    for broken in ("", "short", made + "!", "QUJD"):
        with pytest.raises(ValueError, match="a key is not"):
            parse(broken)


def test_no_word_stands_in_the_database(db: Database) -> None:
    with db.writing() as tx:
        stored = store(tx, {"summary": "We hear when the bill comes"}, AT)
    with db.reading() as connection:
        raw = connection.execute(select(contents).where(contents.c.id == stored.id)).one()
        assert "bill" not in str(raw)
        assert words_of(connection, [stored.id])[stored.id] == {"summary": "We hear when the bill comes"}


def test_a_row_that_was_tampered_with_is_not_read(db: Database) -> None:
    with db.writing() as tx:
        one, other = store(tx, {"summary": "One"}, AT), store(tx, {"summary": "Other"}, AT)
        wrapped = select(contents.c.wrapped_key).where(contents.c.id == other.id).scalar_subquery()
        tx.execute(update(contents).where(contents.c.id == one.id).values(wrapped_key=wrapped))
    with db.reading() as connection, pytest.raises(Damaged):
        words_of(connection, [one.id])


def test_words_go_only_once_their_erasure_is_recorded(db: Database) -> None:
    with db.writing() as tx:
        stored = store(tx, {"summary": "We hear late"}, AT)
        body = {"content": stored.id, "stream": "cnv_1", "erased_at": 1}
        tx.execute(text("INSERT INTO erased VALUES (:content, :stream, :erased_at)"), body)
        tx.execute(contents.delete().where(contents.c.id == stored.id))
    with db.reading() as connection:
        assert words_of(connection, [stored.id]) == {}


def test_another_key_is_noticed_before_anything_is_written(database_url: str) -> None:
    other = Database(database_url, OTHER)
    with other.reading() as connection, pytest.raises(WrongKey):
        check(connection)
    other.close()


def settings(url: str, **fields: object) -> Settings:
    return Settings("127.0.0.1", 8000, DatabaseSettings(url), None, None)._replace(**fields)


def test_a_wrong_key_ends_the_start_with_a_word(database_url: str) -> None:
    with pytest.raises(SystemExit, match="not the key of this database"):
        open_database(settings(database_url, key=new_key()))


@pytest.mark.parametrize("broken", ["secret", "QUJD"])
def test_so_does_one_that_is_no_key(database_url: str, broken: str) -> None:
    with pytest.raises(SystemExit, match="A key is 32 random bytes in base64") as caught:
        open_database(settings(database_url, key=broken))
    assert broken not in str(caught.value)


def test_so_does_a_file_that_holds_no_text(database_url: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw.key"
    raw.write_bytes(bytes(range(224, 256)))
    with pytest.raises(SystemExit, match="A key is 32 random bytes in base64"):
        open_database(settings(database_url, key_file=raw))
    with pytest.raises(SystemExit, match="the key cannot be read"):
        open_database(settings(database_url, key_file=tmp_path))


def test_and_one_that_is_missing(
    new_database: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="key is missing"):
        open_database(settings(new_database("prepared")))


def test_a_folder_in_which_none_can_be_made_is_named(
    new_database: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keys, "NamedTemporaryFile", forbid)
    with pytest.raises(SystemExit, match="GATEPROOF_KEY") as caught:
        open_database(settings(new_database("empty")))
    assert "Permission denied" in str(caught.value)


def test_a_new_database_gets_a_key_of_its_own_that_nobody_else_may_read(
    new_database: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = new_database("empty")
    first = open_database(settings(url))
    migrate(first)
    first.close()
    # Beside SQLite's file; where the service runs, on PostgreSQL.
    folder = Path(make_url(url).database or "").parent if url.startswith("sqlite") else tmp_path
    (made,) = folder.rglob("*.key")
    assert made.stat().st_mode & 0o777 == 0o600
    open_database(settings(url)).close()
