"""Verifying the log finds whatever is not as it was recorded."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from schemas.audit import Envelope, Verification
from service.store.log.chains import chains, event_digest
from service.store.reading import raw_log
from service.store.sql.columns import EPOCH, MICROSECOND
from service.store.sql.engine import Database
from service.usecases.audit.head import head
from service.usecases.audit.signing import rotate_key
from service.usecases.unit_of_work import Caller
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import START, FixedClock, World
from tests.gateproof import Body, Gateproof
from tests.worlds import two_portfolios

OF_ENERGY = "chain = (SELECT id FROM chains WHERE key = 'energy')"
AT_4 = f"{OF_ENERGY} AND seq = 4"
LAST = "(SELECT seq FROM chains WHERE key = 'energy')"


@pytest.fixture
def starting_state() -> World:
    return two_portfolios


@pytest.fixture
def lived(gateproof: Gateproof) -> Gateproof:
    """After all that was told of the two portfolios."""
    return gateproof


def findings(verification: Verification) -> list[tuple[str, str, int | None]]:
    return [(each.code, each.chain, each.position) for each in verification.findings]


def codes(verification: Verification) -> set[str]:
    assert verification.ok is (not verification.findings)
    return {each.code for each in verification.findings}


def exported(db: Database) -> Envelope:
    return head(db, lambda: START)


def raw(db: Database, where: str) -> Body:
    with db.reading() as connection:
        row = connection.execute(text(f"SELECT * FROM events WHERE {where}")).mappings().one()
        return dict(row)


@pytest.mark.parametrize("page", [1, 3, raw_log.PAGE])
def test_an_untouched_log_is_fine_to_its_last_event(
    example: Database, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    for name in ("_FIRST_PAGE", "_PAGE"):
        monkeypatch.setattr(raw_log, name, getattr(raw_log, name).limit(page))
    verification = verify(example, heads=[exported(example)])
    with example.reading() as connection:
        known = {row.key: row.seq for row in connection.execute(select(chains))}
    assert (verification.ok, verification.findings, verification.more_findings) == (True, [], 0)
    assert {each.chain: each.events for each in verification.chains} == known
    assert all(each.ok for each in verification.chains)


CHANGES = {
    "data": "UPDATE events SET data = replace(data, '\"smb\"', '\"big\"') WHERE {at}",
    "data, in spelling only": "UPDATE events SET data = ' ' || data WHERE {at}",
    "data, to no JSON": "UPDATE events SET data = '{{' WHERE {at}",
    "digest": "UPDATE events SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE {at}",
    "actor": "UPDATE events SET actor = 'somebody-else' WHERE {at}",
    "type": "UPDATE events SET type = 'conversation.withdrawn' WHERE {at}",
    "stream": "UPDATE events SET stream = 'cnv_other' WHERE {at}",
    "at, by a microsecond": "UPDATE events SET at = at + 1 WHERE {at}",
    "at, to no instant": "UPDATE events SET at = 9000000000000000000 WHERE {at}",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
def test_an_event_that_was_changed(lived: Gateproof, db: Database, statement: str) -> None:
    tamper(db, statement.format(at=AT_4))
    verification = verify(db)
    assert ("CHANGED", "energy", 4) in findings(verification)
    assert {each.chain: each.ok for each in verification.chains} == {
        "energy": False,
        "organisation": True,
        "wind": True,
    }


def test_an_event_that_was_changed_with_a_digest_to_fit(lived: Gateproof, db: Database) -> None:
    before, event = raw(db, f"{OF_ENERGY} AND seq = 3"), raw(db, AT_4)
    data = orjson.loads(event["data"])
    values = (event["type"], event["stream"], "somebody-else", data)
    digest = event_digest(before["digest"], 4, EPOCH + event["at"] * MICROSECOND, *values)
    tamper(db, f"UPDATE events SET actor = 'somebody-else', digest = '{digest}' WHERE {AT_4}")
    assert findings(verify(db)) == [("CHANGED", "energy", 5)]


def test_an_event_that_is_missing_in_the_middle(lived: Gateproof, db: Database) -> None:
    tamper(db, f"DELETE FROM events WHERE {AT_4}")
    assert findings(verify(db)) == [("MISSING", "energy", 4)]


def test_events_that_closed_the_gap(lived: Gateproof, db: Database) -> None:
    tamper(
        db,
        f"DELETE FROM events WHERE {AT_4}",
        *(f"UPDATE events SET seq = {n - 1} WHERE {OF_ENERGY} AND seq = {n}" for n in range(5, 9)),
        "UPDATE chains SET seq = seq - 1 WHERE key = 'energy'",
    )
    assert ("CHANGED", "energy", 4) in findings(verify(db))


def test_the_first_event_missing(lived: Gateproof, db: Database) -> None:
    tamper(db, f"DELETE FROM events WHERE {OF_ENERGY} AND seq = 1")
    # And no concept follows from what is left.
    assert findings(verify(db)) == [("MISSING", "energy", 1), ("DERIVED_ROW_DIFFERS", "energy", None)]


def test_events_that_changed_places(lived: Gateproof, db: Database) -> None:
    at_5, at_7 = f"{OF_ENERGY} AND seq = 5", f"{OF_ENERGY} AND seq = 7"
    tamper(
        db,
        f"UPDATE events SET seq = -1 WHERE {at_5}",
        f"UPDATE events SET seq = 5 WHERE {at_7}",
        f"UPDATE events SET seq = 7 WHERE {OF_ENERGY} AND seq = -1",
    )
    places = findings(verify(db))
    assert {("CHANGED", "energy", 5), ("CHANGED", "energy", 7)} <= set(places)
    assert ("OUT_OF_ORDER", "energy", 7) in places


def test_an_event_before_the_first(lived: Gateproof, db: Database) -> None:
    tamper(
        db,
        "INSERT INTO events (chain, seq, at, type, stream, actor, content, data, digest)"
        f" SELECT chain, 0, at, type, stream, actor, content, data, digest FROM events WHERE {AT_4}",
    )
    assert ("OUT_OF_ORDER", "energy", 0) in findings(verify(db))


@pytest.mark.parametrize("seq", [-(2**31), -(2**40), -(2**63), "x", 1.5])
def test_an_event_at_a_place_where_none_can_be(lived: Gateproof, db: Database, seq: float | str) -> None:
    """Whatever verdicts may be folded from is looked at: they take any position up to their own."""
    if not db.is_sqlite and seq != -(2**31):
        pytest.skip("PostgreSQL takes no such number")
    tamper(
        db,
        "INSERT INTO events (chain, seq, at, type, stream, actor, content, data, digest)"
        f" SELECT chain, :seq, at, type, stream, actor, content, data, digest FROM events WHERE {AT_4}",
        seq=seq,
    )
    assert "OUT_OF_ORDER" in codes(verify(db))


def test_a_tail_that_was_cut(lived: Gateproof, db: Database) -> None:
    tamper(db, f"DELETE FROM events WHERE {OF_ENERGY} AND seq = {LAST}")
    verification = verify(db)
    assert codes(verification) == {"TAIL_CUT", "DERIVED_ROW_DIFFERS"}


def test_a_tail_that_was_cut_without_a_trace_is_found_against_an_exported_head(
    lived: Gateproof, db: Database
) -> None:
    before = exported(db)
    cut(db)

    assert verify(db).ok
    assert codes(verify(db, heads=[before])) == {"TAIL_CUT"}
    lived.customer("later-than-that")
    lived.customer("later-still")
    assert codes(verify(db, heads=[before])) == {"HEAD_MISMATCH"}


def cut(db: Database) -> None:
    """The last event goes, with what it recorded, and the chain's row says that there never was one."""
    tamper(
        db,
        "DELETE FROM conversations WHERE id ="
        f" (SELECT stream FROM events WHERE {OF_ENERGY} AND seq = {LAST})",
        f"DELETE FROM events WHERE {OF_ENERGY} AND seq = {LAST}",
        "UPDATE chains SET seq = seq - 1,"
        " at = (SELECT at FROM events WHERE chain = chains.id AND seq = chains.seq - 1),"
        " digest = (SELECT digest FROM events WHERE chain = chains.id AND seq = chains.seq - 1)"
        " WHERE key = 'energy'",
    )


def test_a_log_that_only_grew_still_holds_every_head(lived: Gateproof, db: Database) -> None:
    heads = [exported(db)]
    lived.customer("another")
    heads.append(exported(db))
    rotate_key(db, Caller("admin", lived.clock))
    heads.append(exported(db))
    lived.post("/portfolios", {"key": "sun", "name": "Sun"})
    assert verify(db, heads=heads).ok


@pytest.mark.parametrize("column", ["seq = seq + 1", "at = at + 1", "digest = 'none'", "seq = 2"])
def test_a_chains_row_that_does_not_name_its_last_event(lived: Gateproof, db: Database, column: str) -> None:
    tamper(db, f"UPDATE chains SET {column} WHERE key = 'energy'")
    assert codes(verify(db)) <= {"TAIL_CUT", "CHAIN_ROW_CHANGED"}
    assert not verify(db).ok


def test_a_whole_chain_that_is_gone(lived: Gateproof, db: Database) -> None:
    before = exported(db)
    of_wind = "(SELECT id FROM chains WHERE key = 'wind')"
    tamper(db, f"DELETE FROM events WHERE chain = {of_wind}", "DELETE FROM chains WHERE key = 'wind'")
    assert findings(verify(db)) == [("CHAIN_MISSING", "wind", None)]
    assert findings(verify(db, heads=[before])) == [("CHAIN_MISSING", "wind", None)]


def test_a_chain_that_nobody_began(lived: Gateproof, db: Database) -> None:
    tamper(db, f"INSERT INTO chains (key, seq, at, digest) VALUES ('forged', 0, 0, '{'0' * 64}')")
    assert findings(verify(db)) == [("CHAIN_UNKNOWN", "forged", None)]


def test_events_of_no_chain_at_all(lived: Gateproof, db: Database) -> None:
    tamper(
        db,
        "INSERT INTO events (chain, seq, at, type, stream, actor, content, data, digest)"
        f" SELECT 77, seq, at, type, stream, actor, content, data, digest FROM events WHERE {AT_4}",
    )
    assert findings(verify(db)) == [("CHAIN_UNKNOWN", "", None)]


def test_two_chains_that_took_each_others_names(lived: Gateproof, db: Database) -> None:
    tamper(
        db,
        "UPDATE chains SET key = 'x' WHERE key = 'energy'",
        "UPDATE chains SET key = 'energy' WHERE key = 'wind'",
        "UPDATE chains SET key = 'wind' WHERE key = 'x'",
    )
    assert codes(verify(db)) == {"WRONG_CHAIN", "DERIVED_ROW_DIFFERS"}


def test_an_event_that_was_moved_to_another_chain(lived: Gateproof, db: Database) -> None:
    of_wind = "(SELECT id FROM chains WHERE key = 'wind')"
    tamper(db, f"UPDATE events SET chain = {of_wind}, seq = 2 WHERE {AT_4}")
    assert {("MISSING", "energy", 4), ("CHANGED", "wind", 2)} <= set(findings(verify(db)))


CONTENT = f"(SELECT content FROM events WHERE {AT_4})"
OTHER = f"(SELECT content FROM events WHERE {OF_ENERGY} AND seq = 6)"
WORDS = {
    "a sealed text that was altered": (
        f"UPDATE contents SET sealed = replace(sealed, substr(sealed, 20, 1), '0') WHERE id = {CONTENT}",
        "WORDS_CHANGED",
    ),
    "a key that was altered": (
        f"UPDATE contents SET wrapped_key = 'ffffffff' || substr(wrapped_key, 9) WHERE id = {CONTENT}",
        "WORDS_CHANGED",
    ),
    "no base64 any more": (f"UPDATE contents SET sealed = '?' WHERE id = {CONTENT}", "WORDS_CHANGED"),
    "the words of another event": (
        f"UPDATE events SET content = {OTHER} WHERE {AT_4}",
        "WORDS_CHANGED",
    ),
    "another row's text": (
        (
            "UPDATE contents SET (sealed, wrapped_key) ="
            f" (SELECT sealed, wrapped_key FROM contents WHERE id = {OTHER}) WHERE id = {CONTENT}"
        ),
        "WORDS_CHANGED",
    ),
    "a row that is gone": (f"DELETE FROM contents WHERE id = {CONTENT}", "WORDS_MISSING"),
    "a name of no words": (f"UPDATE events SET content = 'txt_ghost' WHERE {AT_4}", "WORDS_MISSING"),
    "no name of words": (f"UPDATE events SET content = NULL WHERE {AT_4}", "WORDS_MISSING"),
}


@pytest.mark.parametrize(("statement", "code"), WORDS.values(), ids=WORDS.keys())
def test_words_that_are_not_those_of_their_event(
    lived: Gateproof, db: Database, statement: str, code: str
) -> None:
    tamper(db, statement)
    assert findings(verify(db)) == [(code, "energy", 4)]


def test_words_on_an_event_that_never_had_any(lived: Gateproof, db: Database) -> None:
    of_organisation = "chain = (SELECT id FROM chains WHERE key = 'organisation')"
    tamper(
        db,
        f"UPDATE events SET content = {CONTENT} WHERE {of_organisation} AND type = 'process.published'",
    )
    assert codes(verify(db)) == {"WORDS_CHANGED"}


TYPES = {
    "an event's data": (f"UPDATE events SET data = {{bytes}} WHERE {AT_4}", "CHANGED"),
    "an event's stream": (f"UPDATE events SET stream = {{bytes}} WHERE {AT_4}", "CHANGED"),
    "an event's words": (f"UPDATE contents SET sealed = {{bytes}} WHERE id = {CONTENT}", "WORDS_CHANGED"),
    "a chain's key": ("UPDATE chains SET key = {bytes} WHERE key = 'energy'", "CHAIN_MISSING"),
    "a chain's place": ("UPDATE chains SET seq = {bytes} WHERE key = 'energy'", "CHAIN_ROW_CHANGED"),
    "a public key": ("UPDATE secrets SET public = {bytes} WHERE purpose = 'signing'", "KEY_UNKNOWN"),
    "a process": ("UPDATE process_versions SET document = {bytes}", "PROCESS_CHANGED"),
}


@pytest.mark.parametrize("written", ["CAST(x'65ff80' AS TEXT)", "x'65ff80'"])
@pytest.mark.parametrize(("statement", "code"), TYPES.values(), ids=TYPES.keys())
def test_bytes_that_are_no_text_are_found_and_end_nothing(
    lived: Gateproof, db: Database, statement: str, code: str, written: str
) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL takes none")
    tamper(db, statement.format(bytes=written))
    assert code in codes(verify(db))


ERASING = (
    f"INSERT INTO erased (content, stream, erased_at) SELECT content, stream, :at FROM events WHERE {AT_4}",
    f"DELETE FROM contents WHERE id = {CONTENT}",
)


def test_words_that_were_erased_leave_the_log_as_it_was(
    lived: Gateproof, db: Database, clock: FixedClock
) -> None:
    before = exported(db)
    clock.move(hours=1)
    lived.post("/customers/customer-1/erase", {"reason": "Asked for"}, 200)
    assert verify(db, heads=[before]).ok


def test_a_tombstone_without_an_event_erases_nothing(lived: Gateproof, db: Database) -> None:
    tamper(db, *ERASING, at=1)
    assert findings(verify(db)) == [("WORDS_MISSING", "energy", 4)]


UNERASED = {
    "a statement": "type = 'decision.stated'",
    "another customer's name": "type = 'customer.created' AND stream = 'customer-2'",
    "what another customer said": "type = 'conversation.recorded' AND data LIKE '%customer-2%'",
    "how that shaped a decision": "type = 'citation.made'",
}


@pytest.mark.parametrize("which", UNERASED.values(), ids=UNERASED.keys())
def test_an_erasure_takes_no_words_along_but_its_own(
    lived: Gateproof, db: Database, clock: FixedClock, which: str
) -> None:
    lived.state("problem")
    lived.cite(lived.get("/conversations", customer="customer-2")["items"][0]["id"], "problem")
    clock.move(hours=1)
    lived.post("/customers/customer-1/erase", {"reason": "Asked for"}, 200)
    last = raw(db, f"{OF_ENERGY} AND seq = {LAST}")
    event = raw(db, f"{OF_ENERGY} AND {which}")
    tamper(
        db,
        "INSERT INTO erased (content, stream, erased_at) VALUES (:content, :stream, :at)",
        "DELETE FROM contents WHERE id = :content",
        content=event["content"],
        stream=last["stream"],
        at=last["at"],
    )
    assert findings(verify(db)) == [("WORDS_MISSING", "energy", event["seq"])]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE process_versions SET document = replace(document, 'customers', 'participants')",
        "UPDATE process_versions SET version = 7",
        "UPDATE process_versions SET key = key || '-2'",
        "DELETE FROM process_versions",
    ],
)
def test_rules_that_nobody_published(lived: Gateproof, db: Database, statement: str) -> None:
    where = "WHERE key = 'starter'"
    tamper(db, f"{statement} {where}")
    assert codes(verify(db)) == {"PROCESS_CHANGED"}


def test_nothing_is_judged_by_rules_that_were_changed(lived: Gateproof, db: Database) -> None:
    assert lived.readiness()["verdict"] == "blocked"
    tamper(db, "UPDATE process_versions SET document = replace(document, 'customers', 'participants')")
    db.forget()
    refused = lived.get("/concepts/tariff-radar/readiness", 500)
    assert refused["type"] == "/problems/damaged"


def test_a_signing_key_that_no_event_speaks_of(lived: Gateproof, db: Database) -> None:
    rotate_key(db, Caller("admin", lived.clock))
    newest = "(SELECT max(id) FROM secrets WHERE purpose = 'signing')"
    oldest = "(SELECT min(id) FROM secrets WHERE purpose = 'signing')"
    tamper(
        db,
        f"UPDATE secrets SET public = (SELECT public FROM secrets WHERE id = {newest}) WHERE id = {oldest}",
    )
    assert codes(verify(db)) == {"KEY_MISSING"}
    tamper(db, f"UPDATE secrets SET public = 'none' WHERE id = {oldest}")
    assert codes(verify(db)) == {"KEY_MISSING", "KEY_UNKNOWN"}


def test_a_head_that_was_tampered_with_is_not_compared(lived: Gateproof, db: Database) -> None:
    signed = exported(db)
    [signature] = signed.signatures
    others = [
        signed.model_copy(update={"payload": "e30="}),
        signed.model_copy(update={"payloadType": "application/vnd.in-toto+json"}),
        signed.model_copy(update={"signatures": [signature.model_copy(update={"sig": "AAAA"})]}),
        signed.model_copy(update={"signatures": [signature.model_copy(update={"keyid": "0" * 64})]}),
    ]
    for other in others:
        assert findings(verify(db, heads=[other])) == [("HEAD_NOT_SIGNED", "", None)]


def test_one_chain_alone_can_be_verified(lived: Gateproof, db: Database) -> None:
    tamper(db, f"UPDATE events SET actor = 'somebody-else' WHERE {AT_4}")
    assert [each.chain for each in verify(db, "wind").chains] == ["wind"]
    assert verify(db, "wind").ok
    assert not verify(db, "energy").ok


def test_no_more_findings_are_listed_than_anybody_reads(example: Database) -> None:
    tamper(example, "UPDATE events SET actor = 'somebody-else'")
    verification = verify(example)
    with example.reading() as connection:
        every = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
    assert len(verification.findings) == 100
    # The reviews among them are not what their events say either.
    assert len(verification.findings) + verification.more_findings > every
    assert not any(each.ok for each in verification.chains)


COLUMNS = ("seq", "at", "type", "stream", "actor", "content", "data", "digest", "chain")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_to_any_field_of_any_event_is_found(example: Database, data: st.DataObject) -> None:
    rows = _events_as_stored(example)
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(COLUMNS))
    value = data.draw(_others(row[column]))
    where = f"chain = {row['chain']} AND seq = {row['seq']}"
    tamper(example, f"UPDATE events SET {column} = :value WHERE {where}", value=value)
    try:
        assert not verify(example).ok, (column, row[column], value)
    finally:
        moved = {"chain": row["chain"], "seq": row["seq"]} | ({column: value} if column in row else {})
        there = f"chain = {moved['chain']} AND seq = {moved['seq']}"
        tamper(example, f"UPDATE events SET {column} = :value WHERE {there}", value=row[column])
    # What this example left behind would be found in place of what the next one changes.
    assert _events_as_stored(example) == rows


def _events_as_stored(db: Database) -> list[Body]:
    with db.reading() as connection:
        rows = connection.execute(text("SELECT * FROM events ORDER BY chain, seq")).mappings()
        return [dict(row) for row in rows]


def _others(value: object) -> st.SearchStrategy[object]:
    """Values of the same type: numbers beyond all that are there, texts with one letter changed or more."""
    if isinstance(value, int):
        return st.integers(min_value=1_000, max_value=2**31 - 1).filter(lambda other: other != value)
    if value is None:
        return st.just("txt_ghost")
    text = str(value)
    at = st.integers(min_value=0, max_value=len(text) - 1)
    flipped = at.map(lambda n: text[:n] + ("a" if text[n] != "a" else "b") + text[n + 1 :])
    return st.one_of(flipped, st.text('abc{}": ', max_size=12)).filter(lambda other: other != text)


def test_what_linked_the_first_events_links_them_still() -> None:
    """`event_digest` is for good: what it made once has to be made again."""
    entry = (1, START, "concept.created", "cpt_1", "admin", {"key": "a", "n": 1, "none": None})
    assert (
        event_digest("0" * 64, *entry) == "e9dd90fb0380e52b97356ac6b1fc756a2f877ca92d9d3e9e6e2bd7524cf70064"
    )
