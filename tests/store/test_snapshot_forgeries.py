"""Who may write to the database, and has no key, gets no go by it: a snapshot forged in every column."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import Row, select

from service.domain.facts.model import Facts
from service.domain.verdict.case import Case
from service.domain.verdict.readiness import prepare
from service.store.derived import snapshots as derived
from service.store.derived.snapshot_codec import encode_case, encode_facts
from service.store.derived.snapshots import snapshots
from service.store.nouns import concepts
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from service.usecases.verdicts.cases import facts_now, labels, pinned
from tests.audit.tampering import tamper
from tests.conftest import KEY as KEY_NOW
from tests.conftest import FixedClock, World
from tests.gateproof import Gateproof

KEY, TWIN = "tariff-radar", "twin"
Columns = dict[str, Any]


@pytest.fixture
def starting_state() -> World:
    return blocked_twice


def blocked_twice(gateproof: Gateproof, _: FixedClock) -> None:
    """Two concepts, each heard by one customer only, where the gate asks for more."""
    gateproof.begin()
    gateproof.concept(TWIN)
    gateproof.customer("acme")
    for concept in (KEY, TWIN):
        for decision in ("problem", "target_customer"):
            gateproof.state(decision, concept)
        for _ in range(3):
            talk = gateproof.talk("acme")
            for decision in ("problem", "target_customer"):
                gateproof.cite(talk, decision, concept=concept)
    written(gateproof)


def written(gateproof: Gateproof) -> None:
    """Writes are done one after the other: snapshots that are due are stored before this one's answer."""
    gateproof.post("/portfolios", {"key": uuid4().hex, "name": "Another"})


def row_of(db: Database, key: str = KEY) -> Row[Any]:
    with db.reading() as connection:
        concept = concepts.on_its_way(connection, key)
    assert concept is not None
    return concept


def a_lie(db: Database, key: str = KEY) -> tuple[Facts, Case]:
    """Facts in which every talk was with another customer, and the case that follows."""
    concept = row_of(db, key)
    with db.reading() as connection:
        judged_by, facts = pinned(db, connection, concept), facts_now(connection, concept)
        for number, (id, talk) in enumerate(facts.conversations.items()):
            facts.conversations[id] = replace(talk, customer=f"customer-{number}")
        themed = labels(connection, judged_by, facts)
        return facts, prepare(judged_by.process, judged_by.ref, None, facts, themed)


def sealed_lie(db: Database, key: str = KEY, position: int = 0, latest: timedelta = timedelta()) -> Columns:
    """The columns of a snapshot that says it, as only who has the keys can write it."""
    concept, (facts, case) = row_of(db, key), a_lie(db, key)
    facts.latest += latest
    with db.writing() as tx:
        at = concept.last_position + position
        digest = derived.digest_at(tx, concept.portfolio, at)
        assert digest is not None
        derived.save(tx, concept.id, concept.portfolio, at, digest, facts, case)
    return columns_of(db, key)


def columns_of(db: Database, key: str = KEY) -> Columns:
    with db.reading() as connection:
        query = select(snapshots).where(snapshots.c.concept == row_of(db, key).id)
        return dict(connection.execute(query).one()._mapping)


def plant(db: Database, columns: Columns) -> None:
    concept = row_of(db)
    with db.writing() as tx:
        tx.execute(snapshots.delete())
        tx.execute(snapshots.insert().values({**columns, "concept": concept.id}))


def is_believed(gateproof: Gateproof) -> bool:
    """Whether a go goes through. Where it does not, no poll shows the lie either."""
    body = {"gate": "G1", "outcome": "go", "rationale": "We say go."}
    went = gateproof.client.post(f"/v1/concepts/{KEY}/reviews", json=body)
    if went.status_code == 201:
        return True
    assert went.status_code == 409
    assert not gateproof.readiness()["ready"]
    return False


def in_the_clear(db: Database) -> Columns:
    facts, case = a_lie(db)
    return {**sealed_lie(db), "sealed_case": encode_case(case), "sealed_facts": encode_facts(facts)}


def under_another_key(db: Database) -> Columns:
    stranger = Database(db.engine.url.render_as_string(hide_password=False), Keyring([bytes(32), KEY_NOW]))
    columns = sealed_lie(stranger)
    stranger.close()
    return columns


def of_another_concept(db: Database) -> Columns:
    return sealed_lie(db, TWIN)


def with_the_key_of_another_concept(db: Database) -> Columns:
    twin = sealed_lie(db, TWIN)
    return {**sealed_lie(db), "wrapped_key": twin["wrapped_key"]}


def of_an_earlier_position(db: Database) -> Columns:
    earlier = sealed_lie(db, position=-1)
    return {**earlier, "position": earlier["position"] + 1}


def of_another_instant(db: Database) -> Columns:
    columns = sealed_lie(db, latest=timedelta(days=1))
    return {**columns, "latest": columns["latest"] - timedelta(days=1)}


def of_another_form(db: Database) -> Columns:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.store.derived.snapshots.FORM", "another")
        columns = sealed_lie(db)
    plant(db, columns)
    return {**columns, "form": _form_now(db)}


def of_a_log_that_was_taken_back(db: Database) -> Columns:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derived, "digest_at", lambda *_: "sha256:another")
        return sealed_lie(db)


def the_facts_in_place_of_the_case(db: Database) -> Columns:
    columns = sealed_lie(db)
    return {**columns, "sealed_case": columns["sealed_facts"], "sealed_facts": columns["sealed_case"]}


def a_flipped_bit(db: Database) -> Columns:
    columns = sealed_lie(db)
    return {**columns, **{part: _flipped(columns[part]) for part in ("sealed_case", "sealed_facts")}}


def nothing_at_all(db: Database) -> Columns:
    return {**sealed_lie(db), "sealed_case": b"", "sealed_facts": b""}


def a_key_that_is_none(db: Database) -> Columns:
    return {**sealed_lie(db), "wrapped_key": "none"}


def _flipped(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def _form_now(db: Database) -> str:
    form: str = sealed_lie(db, TWIN)["form"]
    return form


FORGERIES: list[Callable[[Database], Columns]] = [
    in_the_clear,
    under_another_key,
    of_another_concept,
    with_the_key_of_another_concept,
    of_an_earlier_position,
    of_another_instant,
    of_another_form,
    of_a_log_that_was_taken_back,
    the_facts_in_place_of_the_case,
    a_flipped_bit,
    nothing_at_all,
    a_key_that_is_none,
]


def test_who_has_the_keys_would_be_believed(gateproof: Gateproof, db: Database) -> None:
    """What shows that the others would find something."""
    assert not gateproof.readiness()["ready"]
    written(gateproof)
    plant(db, sealed_lie(db))
    assert is_believed(gateproof)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_snapshot_gets_no_go(
    gateproof: Gateproof, db: Database, caplog: pytest.LogCaptureFixture, forge: Callable[[Database], Columns]
) -> None:
    plant(db, forge(db))
    with caplog.at_level(logging.WARNING, "gateproof"):
        assert not is_believed(gateproof)
    assert "a snapshot is not as it was sealed" in caplog.text
    assert row_of(db).id not in caplog.text


OF_ANOTHER_TYPE = ["latest = 'x'", "sealed_case = 'x', sealed_facts = 'x'", "wrapped_key = x'00'"]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("values", OF_ANOTHER_TYPE)
def test_values_of_another_type_are_as_good_as_none(
    gateproof: Gateproof, db: Database, caplog: pytest.LogCaptureFixture, values: str
) -> None:
    plant(db, sealed_lie(db))
    tamper(db, f"UPDATE snapshots SET {values}")
    with caplog.at_level(logging.WARNING, "gateproof"):
        assert not is_believed(gateproof)
    assert "a snapshot is not as it was sealed" in caplog.text


def test_a_snapshot_of_before_that_is_put_back_brings_nothing_back(
    gateproof: Gateproof, db: Database
) -> None:
    """It is genuine, and what the log says since is read on top."""
    talks = [gateproof.talk() for _ in range(3)]
    cited = [gateproof.cite(talk, decision) for talk in talks for decision in ("problem", "target_customer")]
    assert gateproof.readiness()["ready"]
    gateproof.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    before = columns_of(db)
    for citation in cited:
        gateproof.withdraw(citation["id"])
    assert not gateproof.readiness()["ready"]

    plant(db, before)
    assert not is_believed(gateproof)


def test_a_forged_snapshot_is_soon_overwritten(gateproof: Gateproof, db: Database) -> None:
    written(gateproof)  # the use of the token is recorded by then, so that the next poll looks for a snapshot
    plant(db, in_the_clear(db))
    gateproof.readiness()
    # Written after the snapshot, which the poll put off.
    gateproof.post("/people", {"key": "somebody", "name": "Somebody", "function": "sales"})
    assert columns_of(db)["sealed_case"] != encode_case(a_lie(db)[1])
