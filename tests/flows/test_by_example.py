"""The session of the specification, typed as it stands there."""

from typing import Any

from tests.gateproof import Gateproof, summary

SUMMARY = (
    "They learn of a new tariff when the invoice is higher, and by then the notice period is over."
    " Twice last year they paid a full quarter too much. They keep a spreadsheet of contracts that"
    " one clerk updates when she has time. Asked what they had tried, they named a broker who went"
    " quiet after signing. They would move within a week if somebody told them in time, and had"
    " the saving worked out in euros, not in per cent."
)
PORTFOLIO = {"key": "energy", "name": "Energy data"}
PERSON = {"key": "pm-1", "name": "First product manager", "function": "product", "leader": False}
CUSTOMER = {"key": "acme", "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
CONCEPT = {
    "key": "tariff-radar",
    "portfolio": "energy",
    "title": "Tariff radar",
    "process": "stage-gate",
    "origin": "customer_pattern",
    "primary_segment": "smb",
    "team": ["pm-1"],
    "external": [{"system": "jira", "id": "PRD-12", "url": "https://jira.example/PRD-12"}],
}
PROBLEM = {
    "statement": "Small firms find out about tariff changes too late",
    "owner": "pm-1",
    "alternatives": [{"statement": "Tariffs are too high", "why_not": "They are what the market asks"}],
}
CONVERSATION: dict[str, Any] = {
    "portfolio": "energy",
    "kind": "interview",
    "held_at": "2026-11-03T09:00:00Z",
    "duration_minutes": 30,
    "customer": "acme",
    "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
    "attendees": ["pm-1"],
    "conducted_by": "own_team",
    "solution_shown": False,
    "summary": SUMMARY,
    "quotes": [{"text": "I find out when it hurts.", "participant": "p1"}],
    "themes": ["late news"],
    "commitments": [{"kind": "money", "text": "Offered to pay for a pilot in spring"}],
    "past_spend": "Paid a broker 1,200 euros",
    "consent": "quote_internally",
    "external": [{"system": "dovetail", "id": "n-77"}],
}


def citation(conversation: str, decision: str, note: str) -> dict[str, Any]:
    shaped = {"effect": "changed", "from": "They pay too much", "to": "They hear too late", "note": note}
    return {
        "conversation": conversation,
        "decision": decision,
        "stance": "supports",
        "shaped": shaped,
        "excerpt": "I find out when it hurts.",
    }


def begin(gateproof: Gateproof) -> None:
    """Everything of the session up to its first question."""
    gateproof.post("/portfolios", PORTFOLIO)
    gateproof.post("/people", PERSON)
    gateproof.post("/customers", CUSTOMER)
    gateproof.post("/concepts", CONCEPT)
    gateproof.put("/concepts/tariff-radar/decisions/problem", PROBLEM)
    conversation = gateproof.post("/conversations", CONVERSATION)["id"]
    made = citation(conversation, "problem", "The clerk checks when she has time")
    assert gateproof.post("/concepts/tariff-radar/citations", made)["counts"]


def go_on(gateproof: Gateproof) -> None:
    """Two more customers, and the other decision that G1 asks for."""
    target = {"statement": "Firms of up to fifty people without a buyer", "owner": "pm-1"}
    gateproof.put("/concepts/tariff-radar/decisions/target_customer", target)
    first = gateproof.get("/conversations")["items"][0]["id"]
    talks = [first]
    for key in ("bolt", "cobalt"):
        gateproof.post("/customers", {**CUSTOMER, "key": key})
        elsewhere = [{"system": "dovetail", "id": f"n-{key}"}]
        body = {**CONVERSATION, "customer": key, "external": elsewhere, "summary": summary(len(talks))}
        talks.append(gateproof.post("/conversations", body)["id"])
    for number, talk in enumerate(talks):
        for decision in ("problem", "target_customer"):
            if (number, decision) != (0, "problem"):
                made = citation(talk, decision, f"What talk {number} says of the {decision}")
                gateproof.post("/concepts/tariff-radar/citations", made)


def test_the_session_ends_blocked_and_says_what_is_missing(gateproof: Gateproof) -> None:
    begin(gateproof)

    verdict = gateproof.readiness()

    assert (verdict["verdict"], verdict["gate"]) == ("blocked", "G1")
    problem, target = verdict["decisions"]
    assert problem["statement"] == PROBLEM["statement"]
    talks, conversations, customers = problem["criteria"]
    assert talks["outcome"] == "met"
    assert talks["evidence"][0]["held_at"] == "2026-11-03T09:00:00Z"
    assert talks["evidence"][0]["expires_at"] == "2027-02-01T09:00:00Z"
    assert (conversations["actual"], conversations["required"]) == (1, 3)
    assert customers["deficit"] == {
        "missing": 2,
        "of": "customers",
        "where": {},
        "held_after": "2026-08-24",
    }
    assert target["statement"] is None
    assert target["remedy"] == "State this decision first, then cite conversations for it."


def test_a_go_is_refused_with_the_same_document(gateproof: Gateproof) -> None:
    begin(gateproof)
    verdict = gateproof.readiness()

    refused = gateproof.review("G1", "go", status=409)

    assert refused["type"].endswith("/gate-not-ready")
    assert refused["readiness"] == verdict


def test_the_session_goes_on_to_ready_and_go(gateproof: Gateproof) -> None:
    begin(gateproof)
    go_on(gateproof)
    assert gateproof.readiness(require="ready")["verdict"] == "ready"

    review = gateproof.review("G1", "go")

    assert (review["accepted"], review["stage"], review["enforced"]) == (True, "scoping", True)
    assert review["readiness"]["ready"]
    assert gateproof.get("/concepts", external="jira:PRD-12")["items"][0]["next_gate"] == "G2"


def test_what_the_session_recorded_reads_as_it_was_typed(gateproof: Gateproof) -> None:
    begin(gateproof)

    conversation = gateproof.get("/conversations")["items"][0]
    concept = gateproof.get("/concepts/tariff-radar")
    decision = gateproof.get("/concepts/tariff-radar/decisions/problem")

    as_typed = {**CONVERSATION, "external": [{"system": "dovetail", "id": "n-77", "url": None}]}
    assert as_typed == {name: conversation[name] for name in CONVERSATION}
    assert conversation["counts"]
    pinned = concept.pop("process")
    assert (pinned["key"], pinned["version"]) == ("stage-gate", 1)
    assert {name: concept[name] for name in CONCEPT if name != "process"} == {
        name: value for name, value in CONCEPT.items() if name != "process"
    }
    assert {name: decision[name] for name in PROBLEM} == PROBLEM
