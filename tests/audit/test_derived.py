"""Verifying finds what is kept beside the log and does not follow from it, by table and concept."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from service.domain.facts.model import Facts
from service.domain.verdict.readiness import prepare
from service.store.derived import snapshots
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import facts_now, pinned
from service.usecases.verification.verify import verify
from tests.audit.tampering import tamper
from tests.conftest import FixedClock, World
from tests.gateproof import Gateproof

KEY = "tariff-radar"


@pytest.fixture
def starting_state() -> World:
    return past_a_gate


def past_a_gate(gateproof: Gateproof, clock: FixedClock) -> None:
    """A concept after its first gate, with another team since, and another one beside it."""
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.review("G1", "go")
    clock.move(hours=1)
    gateproof.post("/people", {"key": "pm-2", "name": "Second", "function": "product"})
    tag = f'"{gateproof.get(f"/concepts/{KEY}")["revision"]}"'
    gateproof.patch(f"/concepts/{KEY}", {"team": ["pm-2"], "segments": ["large"]}, **{"If-Match": tag})
    gateproof.concept("other", process="starter")
    for decision in ("problem", "value_proposition", "solution", "price"):
        gateproof.state(decision, "other")
        for _ in range(3):
            gateproof.cite(gateproof.talk(), decision, concept="other")


@pytest.fixture
def lived(gateproof: Gateproof, db: Database) -> Gateproof:
    """Both concepts have a snapshot."""
    for key in (KEY, "other"):
        keep(db, key)
    return gateproof


def keep(db: Database, key: str, forge: Callable[[Facts], Facts] = lambda facts: facts) -> None:
    """A snapshot, as a poll writes it in its own time."""
    with db.writing() as tx:
        row = concepts.on_its_way(tx, key)
        assert row is not None
        judged_by, facts = pinned(db, tx, row), forge(facts_now(tx, row))
        case = prepare(judged_by.process, judged_by.ref, None, facts, {})
        snapshots.save(tx, row.id, row.portfolio, row.last_position, row.last_digest, facts, case)


def id_of(db: Database, key: str = KEY) -> str:
    with db.reading() as connection:
        query = text("SELECT id FROM concepts WHERE key = :key")
        return str(connection.execute(query, {"key": key}).scalar_one())


def findings(db: Database) -> set[tuple[str, str | None, str | None]]:
    return {(each.code, each.table, each.subject) for each in verify(db).findings}


def differs(table: str, subject: str) -> set[tuple[str, str, str]]:
    return {("DERIVED_ROW_DIFFERS", table, subject)}


def test_what_is_kept_follows_from_the_log(lived: Gateproof, db: Database) -> None:
    assert verify(db).findings == []


COLUMNS = {
    "key": "'another'",
    "process_version": "process_version + 1",
    "status": "'completed'",
    "stage": "'elsewhere'",
    "next_gate": "'G3'",
    "passed_gates": "'[]'",
    "launched_at": "1",
    "last_go_at": "NULL",
    "team_ever": "'[]'",
    "segments_ever": "'[]'",
    "created_at": "created_at + 1",
}


def test_where_a_concept_stands(lived: Gateproof, db: Database) -> None:
    id = id_of(db)
    tamper(db, "CREATE TABLE aside AS SELECT * FROM concepts WHERE id = :id", id=id)
    for column, value in COLUMNS.items():
        tamper(db, f"UPDATE concepts SET {column} = {value} WHERE id = :id", id=id)
        assert ("DERIVED_ROW_DIFFERS", "concepts", id) in findings(db), column
        back = f"UPDATE concepts SET {column} = (SELECT {column} FROM aside) WHERE id = :id"
        tamper(db, back, id=id)
    assert verify(db).ok


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_concept_that_is_none_any_more_ends_nothing(lived: Gateproof, db: Database) -> None:
    id = id_of(db)
    for column in ("team_ever", "passed_gates", "created_at"):
        tamper(db, f"UPDATE concepts SET {column} = x'65ff80' WHERE id = :id", id=id)
        assert ("DERIVED_ROW_DIFFERS", "concepts", id) in findings(db), column


def test_what_finds_the_conversations_of_a_concept(lived: Gateproof, db: Database) -> None:
    id = id_of(db)
    tamper(db, "DELETE FROM citations WHERE id = (SELECT max(id) FROM citations WHERE concept = :id)", id=id)
    assert differs("citations", id) <= findings(db)


@pytest.mark.parametrize("change", ["DELETE FROM attended", "UPDATE attended SET recorded_at = 1"])
def test_what_finds_the_conversations_of_a_team(lived: Gateproof, db: Database, change: str) -> None:
    talk = lived.get("/conversations")["items"][0]["id"]
    tamper(db, f"{change} WHERE conversation = :talk AND person = 'pm-1'", talk=talk)
    assert differs("attended", talk) <= findings(db)


def test_who_corrects_a_conversation_was_not_there_for_it(lived: Gateproof, db: Database) -> None:
    talk = lived.get("/conversations")["items"][0]
    lived.post("/people", {"key": "pm-9", "name": "Nine", "function": "product"})
    token = lived.post("/tokens", {"name": "nine", "role": "product_manager", "person": "pm-9"})["token"]
    headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{talk["revision"]}"'}
    lived.post(f"/conversations/{talk['id']}/revisions", {"reason": "A slip", "kind": "survey"}, **headers)
    assert "attended" not in {table for _, table, _ in findings(db)}


OF_A_TALK = {
    "portfolio": "'wind'",
    "customer": "(SELECT max(key) FROM customers)",
    "kind": "'survey'",
    "held_at": "held_at + 1",
    "facts": "(SELECT facts FROM aside WHERE id <> :id AND facts <> conversations.facts LIMIT 1)",
    "digest": "'another'",
    "revision": "revision + 1",
    "revised_at": "revised_at + 1",
    "revised_by": "'pm-2'",
    "withdrawn_at": "1",
    "created_at": "created_at + 1",
    "created_by": "'pm-2'",
}


def test_what_rules_read_of_a_conversation(lived: Gateproof, db: Database) -> None:
    lived.post("/portfolios", {"key": "wind", "name": "Wind"})
    talk = lived.get("/conversations")["items"][0]["id"]
    tamper(db, "CREATE TABLE aside AS SELECT * FROM conversations")
    for column, value in OF_A_TALK.items():
        tamper(db, f"UPDATE conversations SET {column} = {value} WHERE id = :id", id=talk)
        assert findings(db) == differs("conversations", talk), column
        back = (
            f"UPDATE conversations SET {column} = (SELECT {column} FROM aside WHERE id = :id) WHERE id = :id"
        )
        tamper(db, back, id=talk)
    assert verify(db).ok


def test_a_withdrawn_conversation_that_is_made_to_count_again(lived: Gateproof, db: Database) -> None:
    talk = lived.talk()
    lived.post(f"/conversations/{talk}/withdraw", {"reason": "A cousin"}, status=200)
    assert verify(db).ok
    tamper(db, "UPDATE conversations SET withdrawn_at = NULL WHERE id = :id", id=talk)
    assert findings(db) == differs("conversations", talk)


def test_a_conversation_that_nobody_recorded(lived: Gateproof, db: Database) -> None:
    tamper(
        db,
        "CREATE TABLE aside AS SELECT * FROM conversations LIMIT 1",
        "UPDATE aside SET id = 'cnv_nobody'",
        "INSERT INTO conversations SELECT * FROM aside",
    )
    assert findings(db) == differs("conversations", "cnv_nobody")


SNAPSHOTS = {
    "another position": "position = position - 1",
    "another instant": "latest = latest + 1",
    "facts of another concept": "sealed_facts = (SELECT sealed_facts FROM snapshots WHERE concept = :other)",
    "facts for a case": "sealed_case = sealed_facts",
    "what is not sealed": "sealed_facts = '{}'",
    "the whole row of another concept": (
        "(position, latest, wrapped_key, sealed_case, sealed_facts) ="
        " (SELECT position, latest, wrapped_key, sealed_case, sealed_facts FROM snapshots"
        " WHERE concept = :other)"
    ),
}


def test_a_snapshot_that_is_not_as_it_was_sealed(lived: Gateproof, db: Database) -> None:
    id, other = id_of(db), id_of(db, "other")
    tamper(db, "CREATE TABLE aside AS SELECT * FROM snapshots")
    for name, change in SNAPSHOTS.items():
        tamper(db, f"UPDATE snapshots SET {change} WHERE concept = :id AND :other <> ''", id=id, other=other)
        assert findings(db) == differs("snapshots", id), name
        tamper(db, "DELETE FROM snapshots", "INSERT INTO snapshots SELECT * FROM aside")
    assert verify(db).ok


def test_a_snapshot_by_somebody_who_has_the_key(lived: Gateproof, db: Database) -> None:
    """It is as it should be, but for what it says."""
    keep(db, KEY, _forged)
    assert findings(db) == differs("snapshots", id_of(db))


def _forged(facts: Facts) -> Facts:
    facts.citations.popitem()
    return facts


INDEX = {
    "a verdict": ("readiness_index", "verdict = 'ready'"),
    "what is shown": ("readiness_index", "entry = '{}'"),
    "until when it holds": ("readiness_index", "holds_until = holds_until + 1"),
    "a cursor": ("followers", "position = position - 1"),
    "counts": ("followers", "state = '[]'"),
}


def test_the_index_of_readiness_and_its_cursor(lived: Gateproof, db: Database) -> None:
    lived.get("/readiness")
    assert verify(db).findings == []
    for name, (table, change) in INDEX.items():
        tamper(db, f"CREATE TABLE aside AS SELECT * FROM {table}")
        tamper(db, f"UPDATE {table} SET {change}")
        assert ("DERIVED_ROW_DIFFERS", table) in {each[:2] for each in findings(db)}, name
        tamper(db, f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM aside", "DROP TABLE aside")
    assert verify(db, "energy").findings == []


def test_a_concept_that_is_missing_from_the_index(lived: Gateproof, db: Database) -> None:
    lived.get("/readiness")
    id = id_of(db)
    tamper(db, "DELETE FROM readiness_index WHERE concept = :id", id=id)
    assert differs("readiness_index", id) <= findings(db)


OF_A_DECISION = {
    "owner": "'admin'",
    "version": "version + 1",
    "revision": "revision + 1",
    "content": "(SELECT min(content) FROM aside WHERE content <> decisions.content)",
    "stated_at": "1",
    "stated_by": "'pm-2'",
    "created_at": "1",
    "created_by": "'pm-2'",
}


def test_whose_a_decision_is_and_in_which_words(lived: Gateproof, db: Database) -> None:
    id = id_of(db)
    handed_over = {"statement": "What we hold about problem", "owner": "pm-2"}
    lived.put(f"/concepts/{KEY}/decisions/problem", handed_over, 200, **{"If-Match": '"1"'})
    tamper(db, "CREATE TABLE aside AS SELECT * FROM decisions")
    assert verify(db).ok
    for column, value in OF_A_DECISION.items():
        tamper(db, f"UPDATE decisions SET {column} = {value} WHERE concept = :id", id=id)
        assert findings(db) == differs("decisions", id), column
        tamper(db, "DELETE FROM decisions", "INSERT INTO decisions SELECT * FROM aside")
    tamper(db, "DELETE FROM decisions WHERE concept = :id", id=id)
    assert findings(db) == differs("decisions", id)


OF_A_TOKEN = {
    "person": "'pm-2'",
    "role": "'admin'",
    "portfolios": "NULL",
    "expires_at": "expires_at + 1",
    "revoked_at": "NULL",
    "created_by": "NULL",
    "rotated_from": "id",
}


def test_what_a_token_may_do_and_until_when(lived: Gateproof, db: Database) -> None:
    wanted = {"name": "auditor", "role": "auditor", "portfolios": [], "expires_in_days": 9}
    ids = [lived.post("/tokens", wanted)["id"] for _ in range(2)]
    lived.post(f"/tokens/{ids[0]}/rotate", {"overlap_minutes": 5})
    lived.post(f"/tokens/{ids[1]}/revoke", {"reason": "It was lost."}, status=200)
    tamper(db, "CREATE TABLE aside AS SELECT * FROM tokens")
    assert verify(db).ok
    for column, value in OF_A_TOKEN.items():
        tamper(db, f"UPDATE tokens SET {column} = {value} WHERE id = :id", id=ids[1])
        assert findings(db) == differs("tokens", ids[1]), column
        tamper(db, "DELETE FROM tokens", "INSERT INTO tokens SELECT * FROM aside")
    tamper(db, "UPDATE tokens SET id = 'tok_nobody' WHERE id = :id", id=ids[1])
    assert findings(db) == differs("tokens", ids[1]) | differs("tokens", "tok_nobody")


def test_words_that_a_review_did_not_judge(lived: Gateproof, db: Database) -> None:
    with db.reading() as connection:
        review = connection.execute(text("SELECT id FROM reviews")).scalar_one()
    tamper(db, "UPDATE reviews SET statements = '{}'")
    assert findings(db) == {("REVIEW_CHANGED", None, review)}
