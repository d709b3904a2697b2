"""Conversations, customers and people by the ids that a tool knows them by, which nobody else can read."""

import pytest
from sqlalchemy import select

from service.store.log.idempotency import idempotency_keys
from service.store.sql.engine import Database
from service.store.tables import metadata
from service.store.words.blind_index import marked_ids
from tests.gateproof import SUMMARY, Body, Gateproof

TALK = "/conversations/by-external/dovetail/n/77"
SAID: Body = {
    "portfolio": "energy",
    "kind": "interview",
    "held_at": "2026-11-03T10:00:00+01:00",
    "duration_minutes": 30,
    "customer": "acme",
    "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
    "attendees": ["pm-1", "pm-1"],
    "conducted_by": "own_team",
    "solution_shown": False,
    "summary": SUMMARY,
    "quotes": [{"text": "Too late."}],
    "themes": ["late news"],
    "commitments": [{"kind": "time", "text": "A second round"}],
    "past_spend": "A broker",
    "consent": "notes",
}
ACME = "/customers/by-external/crm/A-1"
CUSTOMER: Body = {"key": "acme2", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
PERSON: Body = {"key": "pm-2", "name": "Second", "function": "product"}
HERS = "/people/by-external/hr/W-2"


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    gateproof.customer("acme")
    return gateproof


def others_portfolio(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("wet", portfolio="water")


def kind(problem: Body) -> str:
    return str(problem["type"]).rpartition("/")[2]


def test_a_conversation_is_recorded_once_and_repeating_changes_nothing(begun: Gateproof) -> None:
    begun.get(TALK, 404)
    made = begun.put(TALK, SAID)
    assert made["external"] == [{"system": "dovetail", "id": "n/77", "url": None}]
    known = begun.events(None)
    assert begun.put(TALK, SAID, 200) == made
    assert begun.put(TALK, SAID | {"external": made["external"], "reason": "None"}, 200) == made
    assert begun.events(None) == known
    assert begun.get(TALK) == begun.get(f"/conversations/{made['id']}") == made


@pytest.mark.parametrize(
    "changed",
    [
        {"summary": f"{SUMMARY} And more."},
        {"duration_minutes": None},
        {"past_spend": None},
        {"themes": []},
        {"held_at": "2026-11-03T10:00:00Z"},
        {"external": [{"system": "dovetail", "id": "n/77", "url": "https://d.example/77"}]},
        {"consent": "none"},
    ],
)
def test_what_differs_is_a_revision(begun: Gateproof, changed: Body) -> None:
    made = begun.put(TALK, SAID)
    revised = begun.put(TALK, SAID | changed, 200)
    assert (revised["revision"], revised["reason"], revised["id"]) == (2, "synced", made["id"])
    known = begun.events()
    assert known[-1]["type"] == "conversation.revised"
    assert begun.put(TALK, SAID | changed, 200) == revised
    assert begun.events() == known
    again = {"summary": f"{SUMMARY} Restored.", "reason": "Restored"}
    assert begun.put(TALK, SAID | again, 200)["reason"] == "Restored"


def test_nobody_gives_consent_by_repeating_what_they_knew(begun: Gateproof) -> None:
    talk = begun.put(TALK, SAID)
    begun.consent(talk["id"], "none", "They took it back")
    again = begun.put(TALK, SAID, 200)
    assert (again["consent"], again["revision"]) == ("none", 2)
    corrected = begun.put(TALK, SAID | {"duration_minutes": 40}, 200)
    assert (corrected["consent"], corrected["duration_minutes"], corrected["counts"]) == ("none", 40, False)
    begun.consent(talk["id"], "quote_internally", "They wrote")
    unsaid = {name: value for name, value in SAID.items() if name != "consent"} | {"duration_minutes": 40}
    assert begun.put(TALK, unsaid, 200)["consent"] == "quote_internally"
    assert begun.put("/conversations/by-external/dovetail/n-2", unsaid)["consent"] == "none"


def test_another_record_cannot_take_the_id(begun: Gateproof) -> None:
    taken = [{"system": "dovetail", "id": "n/77"}]
    first = begun.put(TALK, SAID)
    for refused in (
        begun.post("/conversations", SAID | {"external": [{"system": "a", "id": "b"}, *taken]}, 409),
        begun.post("/conversations", SAID | {"external": taken * 2}, 409),
    ):
        assert kind(refused) == "external-taken"
    assert refused["errors"][0]["field"] == "body.external.0"
    other = begun.post("/conversations", SAID)["id"]
    path, tag = f"/conversations/{other}/revisions", {"If-Match": '"1"'}
    begun.post(path, {"reason": "Mine", "external": taken}, 409, **tag)
    many = {"mode": "each", "conversations": [SAID | {"external": taken}, SAID]}
    of_one, of_other = begun.post("/conversations/bulk", many, 200)["items"]
    assert of_one["problem"]["errors"][0]["field"] == "body.conversations.0.external.0"
    assert of_other["problem"] is None
    begun.revise(first["id"], external=[])
    begun.get(TALK, 404)
    begun.post(path, {"reason": "Mine", "external": taken}, 201, **tag)
    assert begun.get(TALK)["id"] == other


def test_what_was_withdrawn_stays_withdrawn(begun: Gateproof) -> None:
    talk = begun.put(TALK, SAID)["id"]
    begun.post(f"/conversations/{talk}/withdraw", {"reason": "A cousin"}, 200)
    assert begun.put(TALK, SAID, 200)["withdrawn_at"] is not None
    assert kind(begun.put(TALK, SAID | {"duration_minutes": 1}, 409)) == "already-withdrawn"


def test_if_match_and_idempotency_key_are_for_those_who_want_them(begun: Gateproof) -> None:
    begun.put(TALK, SAID, 412, **{"If-Match": '"1"'})
    made = begun.put(TALK, SAID, **{"Idempotency-Key": "once"})
    changed = SAID | {"duration_minutes": 40}
    begun.put(TALK, changed, 412, **{"If-Match": '"2"'})
    begun.put(TALK, changed, 200, **{"If-Match": '"1"'})
    again = begun.put(TALK, SAID, 201, **{"Idempotency-Key": "once"})
    assert (again["id"], again["duration_minutes"]) == (made["id"], 40)
    begun.put(TALK, changed, 422, **{"Idempotency-Key": "once"})
    begun.put("/conversations/by-external/dovetail/n-2", SAID, **{"Idempotency-Key": "once"})


def test_an_id_belongs_to_its_portfolio(begun: Gateproof) -> None:
    others_portfolio(begun)
    begun.put(TALK, SAID)
    wet = begun.put(TALK, SAID | {"portfolio": "water", "customer": "wet"})
    assert begun.get(TALK, 422)["errors"][0]["field"] == "query.portfolio"
    assert begun.get(TALK, portfolio="water") == wet
    begun.get(TALK, 404, portfolio="nowhere")
    begun.put(TALK, SAID | {"portfolio": "nowhere"}, 422)
    token = {"name": "sync", "role": "researcher", "person": "pm-1", "portfolios": ["water"]}
    headers = {"Authorization": f"Bearer {begun.post('/tokens', token)['token']}"}
    assert begun.client.get(f"/v1{TALK}", headers=headers).json()["id"] == wet["id"]
    refused = begun.put(TALK, SAID, 422, **headers)
    assert refused["errors"][0]["field"] == "body.portfolio"


def test_an_erasure_leaves_no_id_and_no_mark_of_one(begun: Gateproof, db: Database) -> None:
    key = {"Idempotency-Key": "once"}
    begun.put(ACME, CUSTOMER, **key)
    talk = begun.put(TALK, SAID | {"customer": "acme2"}, **key)
    begun.put("/conversations/by-external/dovetail/n-2", SAID, **key)
    with db.reading() as connection:
        for table in metadata.sorted_tables:
            assert "n/77" not in str(connection.execute(select(table)).all()), table.name
        marks = connection.execute(select(marked_ids.c.mark)).scalars().all()
    assert len(marks) == 3
    begun.post("/customers/acme2/erase", {"reason": "Asked for by letter"}, 200)
    with db.reading() as connection:
        rows = connection.execute(select(marked_ids)).all()
        keys = str(connection.execute(select(idempotency_keys)).all())
    assert [row.kind for row in rows] == ["conversation"]
    assert [mark for mark in marks if mark in keys] == [rows[0].mark]
    begun.get(TALK, 404)
    begun.get(ACME, 404)
    assert begun.get("/customers/acme2")["external"] == []
    # Erased is what was here: a tool that still has it brings it anew, as a record of its own.
    assert begun.put(TALK, SAID)["id"] != talk["id"]


def test_a_customer_is_created_and_brought_up_to_date(begun: Gateproof) -> None:
    begun.get(ACME, 404)
    made = begun.put(ACME, CUSTOMER)
    assert made["external"] == [{"system": "crm", "id": "A-1", "url": None}]
    known = begun.events(None)
    assert begun.put(ACME, CUSTOMER, 200) == made == begun.get(ACME) == begun.get("/customers/acme2")
    assert begun.events(None) == known
    signed = begun.put(ACME, CUSTOMER | {"relationship": "customer", "reason": "They signed"}, 200)
    assert signed == made | {"relationship": "customer", "revision": 2}
    assert begun.put(ACME, CUSTOMER | {"key": "other"}, 422)["errors"][0]["field"] == "body.key"
    assert kind(begun.put("/customers/by-external/crm/A-2", CUSTOMER, 409)) == "key-taken"
    taken = CUSTOMER | {"key": "other", "external": made["external"]}
    assert kind(begun.post("/customers", taken, 409)) == "external-taken"
    begun.put(ACME, CUSTOMER, 412, **{"If-Match": '"1"'})
    begun.patch("/customers/acme2", {"external": []}, **{"If-Match": '"2"'})
    begun.get(ACME, 404)
    exported = begun.get("/customers/acme2/export")
    assert [each["external"] for each in exported["versions"]] == [made["external"]] * 2 + [[]]


def test_a_customers_id_is_kept_when_something_else_changes(begun: Gateproof) -> None:
    made = begun.put(ACME, CUSTOMER)
    changed = begun.patch("/customers/acme2", {"name": "Acme"}, **{"If-Match": '"1"'})
    assert changed["external"] == made["external"]
    assert begun.get(ACME) == changed
    others_portfolio(begun)
    begun.put(ACME, CUSTOMER | {"key": "wet2", "portfolio": "water"})
    assert begun.get(ACME, 422)["errors"][0]["field"] == "query.portfolio"
    assert begun.get(ACME, portfolio="energy") == changed


def test_a_person_is_created_and_brought_up_to_date(begun: Gateproof) -> None:
    begun.get(HERS, 404)
    made = begun.put(HERS, PERSON)
    known = begun.events(None)
    assert begun.put(HERS, PERSON, 200) == made == begun.get(HERS) == begun.get("/people/pm-2")
    assert begun.events(None) == known
    promoted = begun.put(HERS, PERSON | {"leader": True}, 200)
    assert promoted == made | {"leader": True, "revision": 2}
    assert begun.patch("/people/pm-2", {"name": "Zoe"}, **{"If-Match": '"2"'})["external"] == made["external"]
    assert begun.put(HERS, PERSON | {"key": "other"}, 422)["errors"][0]["field"] == "body.key"
    taken = PERSON | {"key": "pm-3", "external": made["external"]}
    assert kind(begun.post("/people", taken, 409)) == "external-taken"
    begun.put(HERS, PERSON, 412, **{"If-Match": '"1"'})
    begun.patch("/people/pm-2", {"external": []}, **{"If-Match": '"3"'})
    begun.get(HERS, 404)


@pytest.mark.parametrize("id", ["%20", "a%00b", "x" * 201])
def test_an_id_that_can_be_none_is_refused(begun: Gateproof, id: str) -> None:
    for room, body in (("conversations", SAID), ("customers", CUSTOMER), ("people", PERSON)):
        response = begun.client.put(f"/v1/{room}/by-external/crm/{id}", json=body)
        assert response.status_code in (404, 422), response.text


def test_one_id_may_stand_for_a_customer_and_for_its_conversation(begun: Gateproof) -> None:
    begun.put(ACME, CUSTOMER)
    talk = begun.put("/conversations/by-external/crm/A-1", SAID)
    assert begun.get("/conversations/by-external/crm/A-1") == talk
    assert begun.get(ACME)["key"] == "acme2"
