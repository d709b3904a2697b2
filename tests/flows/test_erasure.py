"""Erasure: the words go, the tombstone stays, the past still reads, the present is worked out anew."""

from typing import Any

import pytest

from schemas.base import sealed_in
from schemas.conversation import SEALED
from schemas.nouns import CustomerIn
from schemas.privacy import EraseIn
from service.store.sql.engine import Database
from service.usecases.privacy import erasure
from service.usecases.privacy.repeated import SENTENCES, UNSEARCHED, WHOLE
from service.usecases.unit_of_work import Caller
from tests.conftest import FixedClock
from tests.contract.operations import one_error
from tests.contract.story import ONE_GATE
from tests.gateproof import Body, Gateproof

ERASED = {
    "code": "ERASED",
    "message": "Its words were erased.",
    "found": None,
    "required": None,
    "remedy": "Nothing brings it back: talk with somebody else.",
}
CONCEPT = "/concepts/tariff-radar"
REASON = {"reason": "Asked for by letter"}


def erase(gateproof: Gateproof, customer: str, status: int = 200, **fields: Any) -> Body:
    return gateproof.post(f"/customers/{customer}/erase", REASON | fields, status)


@pytest.fixture
def begun(gateproof: Gateproof) -> Gateproof:
    gateproof.begin()
    return gateproof


def kind(problem: Body) -> str:
    return str(problem["type"]).rpartition("/")[2]


def test_what_it_removes_is_said_in_numbers(begun: Gateproof) -> None:
    begun.state("problem")
    begun.customer("acme", name="Acme Traders")
    talk = begun.talk("acme", themes=["late news", "invoices"])
    begun.talk("acme", participants=[{"ref": "p2", "colleague": False}])
    begun.talk(themes=["Invoices"])
    begun.cite(begun.talk("acme"), "problem")
    begun.answer(begun.cite(talk, "problem", "contradicts")["id"], "We looked again.")
    begun.review("G1", "go", status=409)

    done = erase(begun, "acme")

    assert done == {
        "customer": "acme",
        "participant": None,
        "erased_at": "2026-11-22T09:00:00Z",
        "conversations": 3,
        "citations": 2,
        "answers": 1,
        "outcomes": 0,
        "themes": 1,
        "texts": 8,
        "reviews": 1,
        "repeated": [],
        "cleaned": True,
    }
    events = begun.events()
    assert [event["type"] for event in events[-4:]] == ["conversation.erased"] * 3 + ["customer.erased"]
    assert "letter" not in str(events)


def test_what_colleagues_wrote_that_holds_the_words_is_listed_for_whoever_answers_for_it(
    begun: Gateproof,
) -> None:
    begun.customer("acme", name="Acme Traders")
    begun.state("problem", statement="Firms say “I find out when it HURTS”, all of them", owner="pm-1")
    begun.state("solution", statement="Small firms", owner="pm-1")
    talk = begun.talk("acme", quotes=[{"text": "I find out - when it hurts."}])
    begun.cite(talk, "problem")
    refused = begun.review("G1", "go", rationale="ACME traders sign if we ship", status=409)
    begun.restate("problem", "Small firms hear of it too late", owner="admin")

    done = erase(begun, "acme")

    review = begun.get(f"{CONCEPT}/reviews")["items"][0]["id"]
    concept = {"concept": "tariff-radar", "person": "admin"}
    assert done["repeated"] == [
        {"kind": "statement", "id": "problem", **concept},
        {"kind": "rationale", "id": review, **concept},
    ], refused
    event = begun.events()[-1]
    assert (event["type"], event["data"]["repeated"]) == ("customer.erased", done["repeated"])
    assert "hurts" not in str(event).casefold()
    assert "traders" not in str(event).casefold()


def test_what_is_written_while_an_erasure_reads_the_portfolio_counts(
    begun: Gateproof, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads before any lock, since a portfolio may be large: here somebody writes just afterwards."""
    begun.customer("acme", name="Acme Traders")
    begun.talk("acme", themes=["shared", "withdrawn", "their own"])
    begun.customer("other", name="Other Traders")
    begun.talk("other", themes=["withdrawn"])
    ask = erasure._ask

    def ask_and_be_late(*asked: Any) -> erasure.Asked:
        answer = ask(*asked)
        monkeypatch.undo()
        begun.talk(themes=["shared"])
        begun.state("problem", statement="It is Acme Traders who say so", owner="pm-1")
        erase(begun, "other")
        return answer

    monkeypatch.setattr(erasure, "_ask", ask_and_be_late)
    asked = EraseIn(reason="Asked for by letter")
    done = erasure.erase_customer(db, Caller("admin", begun.clock), "acme", asked)
    assert [(each.kind, each.person) for each in done.repeated] == [("statement", "pm-1")]
    assert done.themes == 2  # their own, and withdrawn


def test_whatever_words_are_erased_are_looked_for_in_what_colleagues_wrote_unless_they_are_labels() -> None:
    of_citations = {"excerpt"}
    assert {*WHOLE, *SENTENCES, *UNSEARCHED} - of_citations == {*SEALED, *sealed_in(CustomerIn)}


def test_the_tombstone_has_what_verdicts_were_made_of_and_no_words(begun: Gateproof) -> None:
    begun.customer("acme", name="Acme Traders")
    body = {"themes": ["late news"], "past_spend": "A broker", "external": [{"system": "notes", "id": "n-1"}]}
    talk = begun.talk("acme", quotes=[{"text": "Too late."}], **body)
    begun.revise(talk, "Mistyped by Ann", duration_minutes=40)
    before = begun.get(f"/conversations/{talk}")
    erase(begun, "acme")

    after = begun.get(f"/conversations/{talk}")

    gone = {"summary": "", "quotes": [], "themes": [], "past_spend": None, "external": [], "reason": None}
    gone |= {"participants": [{"ref": "p1", "role": None, "colleague": None}], "counts": False}
    assert after == before | gone | {
        "erased_at": "2026-11-22T09:00:00Z",
        "not_counted": [ERASED],
    }
    revisions = begun.get(f"/conversations/{talk}/revisions")["items"]
    assert [(each["revision"], each["summary"], each["reason"]) for each in revisions] == [
        (1, "", None),
        (2, "", None),
    ]
    assert begun.get("/conversations")["items"] == [after]
    customer = begun.get("/customers/acme")
    assert (customer["name"], customer["erased_at"]) == (None, "2026-11-22T09:00:00Z")
    assert begun.get("/customers")["items"] == [customer]


def test_the_present_verdict_is_worked_out_anew(begun: Gateproof) -> None:
    talks = begun.ready_at_g1()
    assert begun.readiness()["ready"]
    customer = begun.get(f"/conversations/{talks[0]}")["customer"]

    erase(begun, customer)

    verdict = begun.readiness()
    assert verdict["verdict"] == "blocked"
    erased = [(each["conversation"], each["code"]) for each in verdict["not_counted"]]
    assert erased == [(talks[0], "ERASED")] * 2
    cited = begun.get(f"{CONCEPT}/citations")["items"][0]
    assert (cited["shaped"], cited["excerpt"], cited["counts"]) == (None, None, False)
    assert cited["not_counted"] == [ERASED]


def test_reviews_that_relied_on_it_say_so_and_still_replay(begun: Gateproof, clock: FixedClock) -> None:
    talks = begun.ready_at_g1()
    refused = begun.review("G2", "go", status=409)
    passed = begun.review("G1", "go")
    begun.concept("other")
    unconcerned = begun.review("G1", "hold", concept="other")
    clock.move(hours=1)
    erase(begun, begun.get(f"/conversations/{talks[0]}")["customer"])

    after = begun.get(f"{CONCEPT}/reviews/{passed['id']}")

    flag = {"conversation": talks[0], "erased_at": "2026-11-22T10:00:00Z"}
    assert after == passed | {"evidence_erased": [flag]}
    assert kind(refused) == "gate-not-next"
    assert begun.get(f"/concepts/other/reviews/{unconcerned['id']}") == unconcerned
    replayed = begun.readiness(gate="G1", position=passed["position"], as_of=passed["decided_at"])
    assert replayed == passed["readiness"]
    assert begun.readiness(gate="G1")["verdict"] == "blocked"


def test_so_do_reviews_that_said_why_it_did_not_count_or_left_it_unanswered(begun: Gateproof) -> None:
    begun.state("problem")
    begun.customer("acme")
    begun.cite(begun.talk("acme", duration_minutes=1), "problem")
    begun.review("G1", "go", status=409)
    talk = begun.talk("acme")
    begun.cite(talk, "problem", "contradicts")
    begun.review("G1", "hold")
    erase(begun, "acme")
    first, second = begun.get(f"{CONCEPT}/reviews")["items"]
    assert (len(first["evidence_erased"]), len(second["evidence_erased"])) == (1, 1)


def test_erasure_ends_a_contradiction_and_it_shows(begun: Gateproof, clock: FixedClock) -> None:
    begun.ready_at_g1()
    begun.review("G1", "go")
    begun.customer("acme")
    against = begun.cite(begun.talk("acme"), "problem", "contradicts")
    clock.move(minutes=1)

    def unanswered(**query: Any) -> Any:
        criteria = begun.readiness(**query)["gate_criteria"]
        return next(each["unanswered"] for each in criteria if each["kind"] == "contradictions")

    assert unanswered() == [against["id"]]
    before = clock().isoformat()
    clock.move(minutes=1)
    erase(begun, "acme")
    assert unanswered() == []
    shown = [each for each in begun.readiness()["not_counted"] if each["code"] == "ERASED"]
    assert [each["citation"] for each in shown] == [against["id"]]
    assert unanswered(as_of=before) == [against["id"]]


def test_one_person_is_erased_without_the_others(begun: Gateproof) -> None:
    begun.customer("acme", name="Acme Traders")
    begun.customer("bolt")
    hers = [{"ref": "ann", "colleague": False}]
    first = begun.talk("acme", participants=hers)
    corrected = begun.talk("acme", participants=hers)
    begun.revise(corrected, "It was somebody else", participants=[{"ref": "bob", "colleague": False}])
    other, elsewhere = begun.talk("acme"), begun.talk("bolt", participants=hers)

    done = erase(begun, "acme", participant="ann")

    assert (done["participant"], done["conversations"]) == ("ann", 2)
    for talk in (first, corrected):
        assert begun.get(f"/conversations/{talk}")["erased_at"]
    for talk in (other, elsewhere):
        assert begun.get(f"/conversations/{talk}")["summary"]
    assert begun.get("/customers/acme")["name"] == "Acme Traders"
    assert kind(erase(begun, "acme", 409, participant="ann")) == "already-erased"
    assert erase(begun, "acme")["conversations"] == 1


def test_nobody_and_nothing_left_are_said(begun: Gateproof) -> None:
    begun.customer("acme")
    begun.talk("acme")
    answer = begun.client.post("/v1/customers/acme/erase", json=REASON | {"participant": "nobody"})
    one_error(answer, 422, "body.participant")
    assert erase(begun, "acme")["conversations"] == 1
    assert kind(erase(begun, "acme", 409)) == "already-erased"
    erase(begun, "ghost", 404)
    known = begun.events()
    assert [event["type"] for event in known].count("customer.erased") == 1


def test_a_customer_who_comes_back_can_go_again(begun: Gateproof) -> None:
    begun.customer("acme", name="Acme Traders")
    first = begun.talk("acme")
    erase(begun, "acme")
    second = begun.talk("acme")
    assert begun.get(f"/conversations/{second}")["erased_at"] is None
    assert erase(begun, "acme")["conversations"] == 1
    types = [event["type"] for event in begun.events() if event["subject"] in (first, second)]
    assert types == ["conversation.recorded", "conversation.erased"] * 2


def test_nothing_is_done_any_more_with_what_was_erased(begun: Gateproof) -> None:
    begun.state("problem")
    begun.customer("acme")
    talk = begun.talk("acme")
    citation = begun.cite(talk, "problem", "contradicts")["id"]
    erase(begun, "acme")
    refused = [
        begun.cite(talk, "problem", status=409),
        begun.answer(citation, "We looked at it again.", status=409),
        begun.consent(talk, "quote_publicly", status=409),
        begun.post(f"/conversations/{talk}/withdraw", {"reason": "Again"}, 409),
        begun.post(f"/conversations/{talk}/revisions", {"reason": "Again"}, 409, **{"If-Match": "*"}),
    ]
    assert {kind(each) for each in refused} == {"conversation-erased"}
    assert begun.withdraw(citation)["withdrawn_at"]


def test_what_was_sent_before_is_not_recorded_again_by_its_key(begun: Gateproof) -> None:
    begun.customer("acme")
    body = {"portfolio": "energy", "kind": "interview", "held_at": "2026-11-03T09:00:00Z", "customer": "acme"}
    body |= {"summary": "Too late."}
    key = {"Idempotency-Key": "once"}
    begun.post("/conversations", body, **key)
    erase(begun, "acme")
    assert kind(begun.post("/conversations", body, 422, **key)) == "idempotency-key-reused"


def test_a_theme_that_others_voice_or_a_process_asks_for_stays(begun: Gateproof) -> None:
    asking = "{at_least: 1, of: conversations, where: {theme: Asked for}, level: should}"
    themed = f"{ONE_GATE}          - {asking}\n"
    yaml = {"Content-Type": "application/yaml"}
    assert begun.client.put("/v1/processes/themed", content=themed, headers=yaml).status_code == 201
    begun.concept("themed", process="themed")
    begun.state("problem", concept="themed")
    begun.customer("acme")
    talk = begun.talk("acme", themes=["shared", "asked  for", "their own"])
    begun.talk("acme", themes=["their own"])
    begun.cite(talk, "problem", concept="themed")
    begun.talk(themes=["Shared"])
    passed = begun.review("G1", "go", concept="themed")
    criteria = passed["readiness"]["decisions"][0]["criteria"]
    assert [each["outcome"] for each in criteria] == ["met", "met", "met"]

    assert erase(begun, "acme")["themes"] == 1

    replayed = begun.readiness("themed", position=passed["position"], as_of=passed["decided_at"], gate="G1")
    assert replayed == begun.get(f"/concepts/themed/reviews/{passed['id']}")["readiness"]
    later = begun.talk("customer-3", themes=["their own"])
    assert begun.get(f"/conversations/{later}")["themes"] == ["their own"]
    begun.cite(later, "problem", concept="themed")
    shared = begun.readiness("themed", gate="G1")["decisions"][0]["criteria"][1]["shared"]
    assert shared["label"] == "their own"
