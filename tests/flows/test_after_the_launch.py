"""What became of a launched concept's decisions, from the verdict to what it says of the gates."""

from typing import Any

import pytest

from service.store.sql.engine import Database
from service.usecases.paging import pack
from tests.audit.tampering import tamper
from tests.conftest import FixedClock, World, begins_with
from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof
from tests.store.watching import watched

TWO_GATES = """
title: Two gates
gates:
  - key: G1
    title: Worth launching
    stage: launched
    launch: true
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: customers, at_least: 2, of: customers}
      - key: price
        title: The price
        criteria:
          - {id: price-heard, at_least: 1, of: conversations, waivable: false}
          - {id: price-quotes, level: should, at_least: 1, of: quotes}
    criteria:
      - {id: weeks, at_least: 1, of: weeks}
  - key: PLR
    title: Afterwards
    stage: in_market
    decisions:
      - key: north_star
        title: The north star
        criteria:
          - {id: north-star-heard, at_least: 1, of: conversations, waivable: false}
"""
RADAR = "/concepts/tariff-radar"
PROBLEM = f"{RADAR}/decisions/problem/outcome"
YAML = {"Content-Type": "application/yaml"}


def publish(gateproof: Gateproof) -> None:
    gateproof.client.put("/v1/processes/two-gates", content=TWO_GATES, headers=YAML)


def hear(gateproof: Gateproof, concept: str = "tariff-radar", talks: int = 2) -> None:
    for _ in range(talks):
        talk = gateproof.talk()
        for decision in ("problem", "price"):
            gateproof.cite(talk, decision, concept=concept)


def launch(gateproof: Gateproof, concept: str = "tariff-radar", **waived: Any) -> Body:
    """Through G1: with a waiver for the second customer, if it is `waived`."""
    for decision in ("problem", "price"):
        gateproof.state(decision, concept)
    hear(gateproof, concept, talks=1 if waived else 2)
    if waived:
        gateproof.approve(gateproof.request("customers", concept=concept), concept=concept)
    return gateproof.review("G1", "go", concept)


@pytest.fixture
def starting_state() -> World:
    return launched


def launched(gateproof: Gateproof, clock: FixedClock) -> None:
    publish(gateproof)
    gateproof.begin("two-gates")
    launch(gateproof)
    clock.move(days=30)


def judge(gateproof: Gateproof, decision: str, verdict: str, *evidence: str, **fields: Any) -> Body:
    return gateproof.judge(decision, verdict, *evidence, **({"concept": "tariff-radar"} | fields))


def refused(
    gateproof: Gateproof, status: int, field: str, *evidence: str, decision: str = "problem", **body: Any
) -> Body:
    """Nothing is written; the one thing that was wrong."""
    known = gateproof.events()
    fields = {"verdict": "held", "rationale": "We say so.", "evidence": evidence or ("cnv_none",)} | body
    path = f"/v1{RADAR}/decisions/{decision}/outcome"
    error = one_error(gateproof.client.put(path, json=fields), status, field)
    assert gateproof.events() == known
    return error


def test_a_verdict_shows_wherever_the_decision_does(gateproof: Gateproof, clock: FixedClock) -> None:
    talk = gateproof.talk(days_ago=1)
    answer = gateproof.client.put(
        f"/v1{PROBLEM}",
        json={"verdict": "held", "learning": "generalise", "rationale": "Heard again.", "evidence": [talk]},
    )

    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"][:3], answer.headers["Location"]) == (
        201,
        '"1-',
        f"/v1{PROBLEM}",
    )
    assert (made["verdict"], made["learning"], made["version"], made["stands"]) == (
        "held",
        "generalise",
        1,
        True,
    )
    assert [(each["conversation"], each["revision"]) for each in made["evidence"]] == [(talk, 1)]
    assert gateproof.get(PROBLEM) == made
    seen = {name: made[name] for name in ("decision", "version", "verdict", "learning", "given_at")}
    assert gateproof.get(f"{RADAR}/decisions/problem")["outcome"] == seen
    assert gateproof.get(f"{RADAR}/decisions/price")["outcome"] is None
    assert gateproof.get(RADAR)["outcomes"] == [seen]
    assert gateproof.get("/concepts")["items"][0]["outcomes"] == [seen]
    listed = gateproof.get(f"{RADAR}/outcomes")
    assert (listed["items"], listed["open"]) == ([made], ["price"])


def test_its_event_has_facts_and_no_words(gateproof: Gateproof) -> None:
    talk = gateproof.talk(days_ago=1)
    made = judge(gateproof, "problem", "did_not_hold", talk, learning="leave_behind")
    event = gateproof.events()[-1]

    concept = next(each["subject"] for each in gateproof.events() if each["type"] == "concept.created")
    assert (event["type"], event["subject"], event["actor"]) == ("outcome.recorded", concept, "admin")
    data = event["data"]
    assert (data["outcome"], data["verdict"], data["learning"]) == (
        made["id"],
        "did_not_hold",
        "leave_behind",
    )
    assert [each["conversation"] for each in data["evidence"]] == [talk]
    assert "We say" not in str(event)


def test_a_later_verdict_takes_its_place_and_nothing_is_lost(gateproof: Gateproof, clock: FixedClock) -> None:
    first = judge(gateproof, "problem", "held")
    clock.move(days=60)
    talk = gateproof.talk(days_ago=1)
    judge(gateproof, "problem", "did_not_hold", talk, status=428)
    judge(gateproof, "problem", "did_not_hold", talk, status=412, headers={"If-Match": '"7"'})
    second = judge(gateproof, "problem", "did_not_hold", talk, status=200, headers={"If-Match": '"1"'})

    assert (second["revision"], second["stands"]) == (2, True)
    assert gateproof.get(PROBLEM) == second
    listed = gateproof.get(f"{RADAR}/outcomes", decision="problem")["items"]
    assert listed == [first | {"stands": False}, second]
    assert gateproof.get(f"{RADAR}/decisions/problem")["outcome"]["verdict"] == "did_not_hold"
    page = gateproof.get(f"{RADAR}/outcomes", limit=1)
    assert gateproof.get(f"{RADAR}/outcomes", limit=1, cursor=page["next"])["items"] == [second]


@begins_with("prepared")
def test_before_the_launch_there_is_nothing_to_say(gateproof: Gateproof) -> None:
    publish(gateproof)
    gateproof.begin("two-gates")
    gateproof.state("problem")
    assert refused(gateproof, 409, "path.concept")["remedy"] == "pass G1 first"
    assert gateproof.get(PROBLEM, 404)
    listed = gateproof.get(f"{RADAR}/outcomes")
    assert (listed["items"], listed["launched_at"], listed["open"]) == ([], None, [])


def test_of_a_killed_concept_nothing_more_is_said_but_what_was_said_stays(gateproof: Gateproof) -> None:
    talk = gateproof.talk(days_ago=1)
    judge(gateproof, "problem", "did_not_hold", talk)
    gateproof.review("PLR", "kill")

    assert refused(gateproof, 409, "path.concept", talk, decision="price")["remedy"] == "reopen it first"
    assert gateproof.get(PROBLEM)["verdict"] == "did_not_hold"
    assert gateproof.get("/reports/outcomes")["decisions"]["did_not_hold"] == 1
    gateproof.review(None, "reopen", override={"reason": "Killed by mistake"})
    judge(gateproof, "price", "held", talk)


def test_only_what_was_launched_is_judged(gateproof: Gateproof) -> None:
    talk = gateproof.talk(days_ago=1)
    problem(gateproof.client.get(f"/v1{RADAR}/decisions/ghost/outcome"), 404)
    gateproof.judge("ghost", "held", talk, concept="tariff-radar", status=404)
    gateproof.state("north_star")
    error = refused(gateproof, 422, "path.decision", talk, decision="north_star")
    assert error["remedy"] == "one of price, problem"


def test_the_verdict_is_on_what_was_launched_whatever_it_says_today(gateproof: Gateproof) -> None:
    gateproof.restate("problem", "Something else by now")
    judge(gateproof, "problem", "did_not_hold")
    shown = gateproof.get(f"{RADAR}/decisions/problem")
    assert (shown["version"], shown["outcome"]["version"]) == (2, 1)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"days_ago": 31}, "It was held before the launch."),
        ({"kind": "survey"}, "KIND_NOT_EVIDENCE: "),
        ({"duration_minutes": 5}, "TOO_SHORT: "),
        ({"consent": "none"}, "CONSENT_WITHDRAWN: "),
        ({"attendees": []}, "NOT_FIRST_HAND: "),
    ],
)
def test_evidence_that_would_not_count_is_refused(
    gateproof: Gateproof, fields: dict[str, Any], rule: str
) -> None:
    good, bad = gateproof.talk(days_ago=1), gateproof.talk(**({"days_ago": 1} | fields))
    assert refused(gateproof, 422, "body.evidence.1", good, bad)["rule"].startswith(rule)


def test_so_is_what_was_withdrawn_or_erased(gateproof: Gateproof) -> None:
    withdrawn, erased = gateproof.talk(days_ago=1), gateproof.talk(days_ago=1)
    gateproof.post(f"/conversations/{withdrawn}/withdraw", {"reason": "A cousin"}, 200)
    customer = gateproof.get(f"/conversations/{erased}")["customer"]
    gateproof.post(f"/customers/{customer}/erase", {"reason": "They asked"}, 200)
    for talk, code in ((withdrawn, "WITHDRAWN"), (erased, "ERASED")):
        assert refused(gateproof, 422, "body.evidence.0", talk)["rule"].startswith(code)


def test_another_portfolios_conversation_answers_as_a_ghost(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("wet", portfolio="water")
    foreign = gateproof.talk("wet", days_ago=1, portfolio="water")
    assert refused(gateproof, 422, "body.evidence.0", foreign) == refused(
        gateproof, 422, "body.evidence.0", "cnv_ghost"
    )


def test_evidence_named_twice_is_there_once_and_none_is_refused(gateproof: Gateproof) -> None:
    talk = gateproof.talk(days_ago=1)
    refused(gateproof, 422, "body.evidence", evidence=[])
    assert len(judge(gateproof, "problem", "held", talk, talk)["evidence"]) == 1


def test_a_second_launch_is_judged_anew(gateproof: Gateproof, clock: FixedClock) -> None:
    first = judge(gateproof, "problem", "held")
    gateproof.review("PLR", "recycle", to="G1")
    assert gateproof.get(RADAR)["outcomes"] == []
    assert gateproof.get(PROBLEM, 404)
    assert gateproof.get("/reports/outcomes")["concepts"] == 0

    gateproof.review("G1", "go")
    clock.move(days=1)
    assert gateproof.get(f"{RADAR}/outcomes")["open"] == ["price", "problem"]
    second = judge(gateproof, "problem", "did_not_hold")
    assert second["revision"] == 1
    assert gateproof.get(f"{RADAR}/outcomes")["items"] == [first | {"stands": False}, second]
    assert gateproof.get("/reports/outcomes")["decisions"]["did_not_hold"] == 1


def test_no_verdict_on_readiness_is_another_for_it(gateproof: Gateproof) -> None:
    gateproof.state("north_star")
    talk = gateproof.talk(days_ago=1)
    gateproof.cite(talk, "north_star")
    before = gateproof.readiness()
    judge(gateproof, "problem", "held", talk)

    assert gateproof.readiness() == before
    review = gateproof.review("PLR", "go")
    assert review["position"] == before["position"]
    for each in gateproof.get(f"{RADAR}/reviews")["items"]:
        assert gateproof.get(f"{RADAR}/reviews/{each['id']}/replay")["identical"] is True


def test_an_erasure_takes_the_rationale_and_leaves_the_verdict(gateproof: Gateproof) -> None:
    talk, other = gateproof.talk(days_ago=2), gateproof.talk(days_ago=1)
    judge(gateproof, "problem", "held", talk, other)
    judge(gateproof, "price", "did_not_hold", other)
    figures = gateproof.get("/reports/outcomes")
    customer = gateproof.get(f"/conversations/{talk}")["customer"]

    exported = gateproof.get(f"/customers/{customer}/export")
    [held] = exported["outcomes"]
    assert (held["decision"], held["rationale"], held["conversations"]) == (
        "problem",
        "We say held.",
        [talk],
    )
    assert "outcome.recorded" in [event["type"] for event in exported["events"]]

    gone = gateproof.post(f"/customers/{customer}/erase", {"reason": "They asked"}, 200)

    assert gone["outcomes"] == 1
    shown = gateproof.get(PROBLEM)
    assert (shown["rationale"], shown["verdict"], shown["stands"]) == ("", "held", True)
    erased_at = {each["conversation"]: each["erased_at"] for each in shown["evidence"]}
    assert (erased_at[talk], erased_at[other]) == (gone["erased_at"], None)
    assert gateproof.get(f"{RADAR}/decisions/price/outcome")["rationale"] == "We say did_not_hold."
    assert gateproof.get("/reports/outcomes") == figures
    assert gateproof.get("/audit/verify")["ok"] is True


def test_nobody_elses_erasure_takes_a_rationale(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    judge(gateproof, "problem", "held")
    position = gateproof.events()[-1]["position"]
    clock.move(hours=1)
    gateproof.post("/customers/customer-1/erase", {"reason": "They asked"}, 200)
    assert gateproof.get("/audit/verify")["ok"] is True
    theirs = "SELECT content FROM outcomes"
    tamper(
        db,
        "INSERT INTO erased (content, stream, erased_at)"
        f" SELECT ({theirs}), stream, at FROM events WHERE type = 'conversation.erased'",
        f"DELETE FROM contents WHERE id = ({theirs})",
    )
    [finding] = gateproof.get("/audit/verify")["findings"]
    assert (finding["code"], finding["position"]) == ("WORDS_MISSING", position)


def test_a_key_of_a_request_stands_for_one_verdict(gateproof: Gateproof) -> None:
    talk = gateproof.talk(days_ago=1)
    once = {"Idempotency-Key": "once"}
    first = judge(gateproof, "problem", "held", talk, headers=once)
    assert judge(gateproof, "problem", "held", talk, headers=once) == first
    assert len(gateproof.get(f"{RADAR}/outcomes")["items"]) == 1


def compared(gateproof: Gateproof, clock: FixedClock) -> None:
    """Three launched: one held, one went under a waiver and failed, one has no verdict yet."""
    launched(gateproof, clock)
    gateproof.concept("waived", process="two-gates")
    launch(gateproof, "waived", waived=True)
    gateproof.concept("silent", process="two-gates")
    launch(gateproof, "silent")
    clock.move(days=1)
    for decision in ("problem", "price"):
        judge(gateproof, decision, "held", learning="generalise")
    judge(gateproof, "problem", "did_not_hold", concept="waived", learning="leave_behind")


def counts(**fields: int) -> Body:
    return dict.fromkeys(("held", "did_not_hold", "open", "restated"), 0) | fields


@begins_with(compared)
def test_the_report_sets_passes_that_held_beside_those_that_did_not(gateproof: Gateproof) -> None:
    report = gateproof.get("/reports/outcomes")
    by_id = {each["criterion"]: each for each in report["items"]}

    assert list(by_id) == ["customers", "heard", "price-heard", "price-quotes", "weeks"]
    customers = by_id["customers"]
    assert (customers["process"], customers["versions"], customers["gate"], customers["decision"]) == (
        "two-gates",
        [1],
        "G1",
        "problem",
    )
    assert (customers["met"], customers["waived"]) == (counts(held=1, open=1), counts(did_not_hold=1))
    assert by_id["heard"]["met"] == counts(held=1, did_not_hold=1, open=1)
    assert (by_id["price-quotes"]["level"], by_id["price-quotes"]["unmet"]) == (
        "should",
        counts(held=1, open=2),
    )
    assert (by_id["weeks"]["decision"], by_id["weeks"]["met"]) == (
        None,
        counts(held=1, did_not_hold=1, open=1),
    )
    assert (report["concepts"], by_id["weeks"]["passes"]) == (3, 3)
    assert report["decisions"] == {
        "held": 2,
        "did_not_hold": 1,
        "open": 3,
        "generalise": 2,
        "leave_behind": 1,
    }
    assert report["passes"] == {
        "with_waiver": counts(did_not_hold=1),
        "without_waiver": counts(held=1, open=1),
    }


@begins_with(compared)
def test_each_waiver_says_what_became_of_what_it_waived(gateproof: Gateproof) -> None:
    [waiver] = gateproof.get("/reports/outcomes/waivers")["items"]
    assert (waiver["concept"], waiver["gate"], waiver["became"]) == ("waived", "G1", "did_not_hold")
    assert waiver["criteria"] == [{"criterion": "customers", "decision": "problem", "became": "did_not_hold"}]
    assert gateproof.get("/reports/outcomes/waivers", gate="PLR")["items"] == []


@begins_with(compared)
def test_pages_are_as_the_whole_and_their_figures_are_of_all(gateproof: Gateproof) -> None:
    whole = gateproof.get("/reports/outcomes")
    items, page = [], gateproof.get("/reports/outcomes", limit=2)
    while True:
        items += page["items"]
        assert page["passes"] == whole["passes"]
        if page["next"] is None:
            break
        page = gateproof.get("/reports/outcomes", limit=2, cursor=page["next"])
    assert items == whole["items"]
    one_error(gateproof.client.get("/v1/reports/outcomes?cursor=made-up"), 422, "query.cursor")
    other = gateproof.get("/reports/outcomes", limit=2)["next"]
    answer = gateproof.client.get("/v1/reports/outcomes/waivers", params={"cursor": other})
    one_error(answer, 422, "query.cursor")


@begins_with(compared)
def test_a_cursor_that_no_list_gave_is_refused(gateproof: Gateproof) -> None:
    lists = {
        "outcomes": f"/v1{RADAR}/outcomes",
        "compared-criteria": "/v1/reports/outcomes",
        "compared-waivers": "/v1/reports/outcomes/waivers",
    }
    for name, path in lists.items():
        odd = (None, 7, {}, "\n", "a\0", [1], ["a", 1], ["a", "b", "c"])
        for cursor in ("x", "%00", *(pack(name, place) for place in odd), pack("people", "a")):
            one_error(gateproof.client.get(path, params={"cursor": cursor}), 422, "query.cursor")


@begins_with(compared)
@pytest.mark.parametrize(
    ("query", "concepts"),
    [
        ({"portfolio": "energy"}, 3),
        ({"portfolio": "ghost"}, 0),
        ({"process": "two-gates", "process_version": 1}, 3),
        ({"process_version": 2}, 0),
        ({"process": "starter"}, 0),
        ({"gate": "G1"}, 3),
        ({"gate": "PLR"}, 0),
    ],
)
def test_it_is_asked_of_some_passes_only(gateproof: Gateproof, query: dict[str, Any], concepts: int) -> None:
    report = gateproof.get("/reports/outcomes", **query)
    assert (report["concepts"], bool(report["items"])) == (concepts, bool(concepts))


@begins_with(compared)
def test_it_holds_what_the_caller_may_see(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    body = {"name": "w", "role": "auditor", "person": "pm-1", "portfolios": ["water"]}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', body)['token']}"}
    for path in ("/v1/reports/outcomes", "/v1/reports/outcomes/waivers"):
        assert gateproof.client.get(path, headers=headers).json()["items"] == []
    assert gateproof.client.get("/v1/reports/outcomes", headers=headers).json()["concepts"] == 0
    answer = gateproof.client.get("/v1/reports/outcomes", params={"portfolio": "energy"}, headers=headers)
    assert answer.json()["concepts"] == 0


@begins_with("prepared")
def test_a_statement_restated_before_the_launch_cannot_be_told(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    gateproof.begin("starter")
    talks = [gateproof.talk(commitments=[{"kind": "time", "text": "Tries it"}]) for _ in range(3)]
    for decision in ("problem", "value_proposition", "solution", "price"):
        gateproof.state(decision)
        for talk in talks:
            gateproof.cite(talk, decision)
    gateproof.review("S1", "go")
    gateproof.restate("problem", "Another wording")
    for talk in talks:
        gateproof.cite(talk, "problem")
    gateproof.review("S2", "go")
    gateproof.review("S3", "go")
    clock.move(days=1)
    judge(gateproof, "problem", "held")

    by_id = {each["criterion"]: each for each in gateproof.get("/reports/outcomes")["items"]}
    assert by_id["s1-problem-heard"]["met"] == counts(restated=1)
    assert by_id["s2-problem-heard"]["met"] == counts(held=1)


@begins_with(compared)
def test_it_asks_no_more_of_the_database_for_more_concepts(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    def asked() -> int:
        with watched(db) as seen:
            gateproof.get("/reports/outcomes")
            gateproof.get("/reports/outcomes/waivers")
            gateproof.get("/concepts")
        return len(seen)

    asked()  # the first time, the token and the process are read too
    few = asked()
    for n in range(3):
        gateproof.concept(f"more-{n}", process="two-gates")
        launch(gateproof, f"more-{n}")
    assert asked() == few
