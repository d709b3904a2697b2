"""What breaks a rule is refused by field, rule and remedy, and changes nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import Response

from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof

TALK = {
    "portfolio": "energy",
    "kind": "interview",
    "held_at": "2026-11-03T09:00:00Z",
    "customer": "acme",
    "participants": [{"ref": "p1", "colleague": False}, {"ref": "p2", "colleague": False}],
    "summary": "They told us.",
}
CITATIONS = "/v1/concepts/tariff-radar/citations"
P1 = {"ref": "p1"}
BAD_DATES = (
    *("2026-11-03T09:00:00", "2026-11-03", "yesterday", "", " ", "1700000000", "0", "1e9", "NaN", "T09:00Z"),
    *("0000-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z"),
    *(
        "2026-11-03T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
    ),
    *("2026-11-03T09:00:00+99:00", "2026-11-03T09:00:00 00:00", "9000-01-01T00:00:00Z"),
)

WRONG: tuple[tuple[str, Body], ...] = (
    ("body.kind", {"kind": "chat"}),
    ("body.summary", {"summary": ""}),
    ("body.summary", {"summary": " \t\n "}),
    ("body.summary", {"summary": "w" * 50_001}),
    ("body.summary", {"summary": None}),
    ("body.duration_minutes", {"duration_minutes": -1}),
    ("body.duration_minutes", {"duration_minutes": 1441}),
    ("body.duration_minutes", {"duration_minutes": 30.5}),
    ("body.duration_minutes", {"duration_minutes": "30"}),
    ("body.duration_minutes", {"duration_minutes": True}),
    ("body.duration_minutes", {"duration_minutes": 2**53 + 1}),
    ("body.duration_minutes", {"duration_minutes": 10**300}),
    ("body.solution_shown", {"solution_shown": "no"}),
    ("body.solution_shown", {"solution_shown": 0}),
    ("body.consent", {"consent": "yes"}),
    ("body.conducted_by", {"conducted_by": "them"}),
    ("body.customer", {"customer": "ghost"}),
    ("body.portfolio", {"portfolio": "ghost"}),
    ("body.attendees.0", {"attendees": ["ghost"]}),
    ("body.attendees.1", {"attendees": ["pm-1", "ghost"]}),
    ("body.participants.1.ref", {"participants": [P1, P1]}),
    ("body.participants.1.ref", {"participants": [P1, {"ref": " p1 "}]}),
    ("body.participants.0.ref", {"participants": [{"ref": " "}]}),
    ("body.participants", {"participants": [{"ref": str(n)} for n in range(101)]}),
    ("body.quotes.0.participant", {"quotes": [{"text": "Late.", "participant": "nobody"}]}),
    ("body.quotes.0.text", {"quotes": [{"text": "", "participant": "p1"}]}),
    ("body.themes.0", {"themes": [""]}),
    ("body.themes", {"themes": "late news"}),
    ("body.commitments.0.kind", {"commitments": [{"kind": "love", "text": "Much."}]}),
    ("body.past_spend", {"past_spend": ""}),
    ("body.external.0.url", {"external": [{"system": "a", "id": "b", "url": "ftp://x"}]}),
    ("body.external.0.url", {"external": [{"system": "a", "id": "b", "url": "javascript:x"}]}),
    ("body.external.0.system", {"external": [{"system": "a:b", "id": "b"}]}),
)


@pytest.fixture
def unchanged(gateproof: Gateproof) -> Iterator[Gateproof]:
    """Whatever the test sends, the log is as long after it as before."""
    gateproof.begin()
    gateproof.customer("acme")
    gateproof.state("problem")
    known = len(gateproof.events(portfolio=None))
    yield gateproof
    assert len(gateproof.events(portfolio=None)) == known


def record(gateproof: Gateproof, **fields: object) -> Response:
    return gateproof.client.post("/v1/conversations", json=TALK | fields)


def test_a_conversation_is_held_before_it_is_recorded(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.customer("acme")
    for minutes, status in ((4, 201), (5, 201), (5.001, 422), (6, 422), (60 * 24 * 365, 422)):
        held_at = (gateproof.clock() + timedelta(minutes=minutes)).isoformat()
        answer = record(gateproof, held_at=held_at)
        assert answer.status_code == status, minutes
    wrong = one_error(answer, 422, "body.held_at")
    assert wrong["rule"] == "a conversation is recorded after it was held"
    assert "2026-11-22T09:05:00Z" in wrong["remedy"]
    assert len(gateproof.get("/conversations")["items"]) == 2


def test_an_instant_is_written_out_in_full_with_its_offset(unchanged: Gateproof) -> None:
    for wrong in (*BAD_DATES, 1700000000, 1.5, None, True, [], {}):
        one_error(record(unchanged, held_at=wrong), 422, "body.held_at")


def test_a_conversation_keeps_to_the_contract(unchanged: Gateproof) -> None:
    for field, value in WRONG:
        one_error(record(unchanged, **value), 422, field)


def test_a_customer_of_another_portfolio_is_a_ghost(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("theirs", portfolio="water")
    theirs = one_error(record(gateproof, customer="theirs"), 422, "body.customer")
    assert one_error(record(gateproof, customer="ghost"), 422, "body.customer") == theirs


def test_only_decisions_that_the_process_asks_for_are_stated(unchanged: Gateproof) -> None:
    fields = {"statement": "We paint it red.", "owner": "admin"}
    path = "/v1/concepts/tariff-radar/decisions/"
    wrong = one_error(unchanged.client.put(f"{path}colour", json=fields), 422, "path.decision")
    assert "target_customer" in wrong["remedy"]
    for field, body in (
        ("body.owner", {"owner": "ghost"}),
        ("body.statement", {"statement": " "}),
        ("body.alternatives.0.why_not", {"alternatives": [{"statement": "Blue."}]}),
    ):
        one_error(unchanged.client.put(f"{path}price", json=fields | body), 422, field)


@pytest.fixture
def cited(gateproof: Gateproof) -> Body:
    """A citation's body that works."""
    gateproof.begin()
    gateproof.state("problem")
    return {"conversation": gateproof.talk(), "decision": "problem", "stance": "supports"}


def test_a_citation_is_of_something_that_can_be_cited(gateproof: Gateproof, cited: Body) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.customer("theirs", portfolio="water")
    elsewhere = gateproof.talk("theirs", portfolio="water")
    withdrawn = gateproof.talk()
    gateproof.post(f"/conversations/{withdrawn}/withdraw", {"reason": "A mistake."}, 200)
    known = len(gateproof.events())

    def cite(status: int, field: str, **fields: object) -> Body:
        return one_error(gateproof.client.post(CITATIONS, json=cited | fields), status, field)

    assert "price" in cite(422, "body.decision", decision="colour")["remedy"]
    assert (
        "PUT /v1/concepts/tariff-radar/decisions/price"
        in cite(422, "body.decision", decision="price")["remedy"]
    )
    ghost = cite(422, "body.conversation", conversation="cnv_ghost")
    assert cite(422, "body.conversation", conversation=elsewhere) == ghost
    cite(409, "body.conversation", conversation=withdrawn)
    cite(422, "body.stance", stance="likes")
    cite(422, "body.shaped.effect", shaped={"effect": "coloured"})
    cite(422, "body.shaped.from", shaped={"effect": "changed", "from": " "})
    assert len(gateproof.events()) == known


def test_a_pair_is_cited_once_with_a_stance(gateproof: Gateproof, cited: Body) -> None:
    first = gateproof.client.post(CITATIONS, json=cited).json()["id"]
    known = len(gateproof.events())
    wrong = one_error(gateproof.client.post(CITATIONS, json=cited), 409, "body.conversation")
    assert first in wrong["rule"]
    assert len(gateproof.events()) == known
    assert gateproof.client.post(CITATIONS, json=cited | {"stance": "neutral"}).status_code == 201
    gateproof.withdraw(first)
    assert gateproof.client.post(CITATIONS, json=cited).status_code == 201


def test_an_answer_is_for_a_contradiction(gateproof: Gateproof, cited: Body) -> None:
    support = gateproof.client.post(CITATIONS, json=cited).json()["id"]
    known = len(gateproof.events())
    answer = {"answer": "We agree."}
    one_error(gateproof.client.post(f"{CITATIONS}/{support}/answer", json=answer), 422, "path.citation")
    assert len(gateproof.events()) == known


def test_a_review_decides_the_gate_that_is_next(unchanged: Gateproof) -> None:
    for status, field, fields in (
        (422, "body.outcome", {"outcome": "maybe"}),
        (422, "body.rationale", {"rationale": ""}),
        (409, "body.gate", {"gate": "G2"}),
        (409, "body.outcome", {"outcome": "reopen", "gate": None}),
    ):
        body = {"gate": "G1", "outcome": "hold", "rationale": "We wait for spring."} | fields
        answer = unchanged.client.post("/v1/concepts/tariff-radar/reviews", json=body)
        one_error(answer, status, field)
    for fields in ({"gate": "ghost"}, {"gate": None}, {"outcome": "recycle", "to": "G9"}, {"to": "G1"}):
        body = {"gate": "G1", "outcome": "hold", "rationale": "We wait for spring."} | fields
        answer = unchanged.client.post("/v1/concepts/tariff-radar/reviews", json=body)
        assert problem(answer, answer.status_code)["errors"], fields
        assert answer.status_code in (409, 422)


def test_readiness_is_asked_of_a_gate_and_an_instant(unchanged: Gateproof) -> None:
    for query, field in (
        ("gate=G9", "query.gate"),
        ("gate=", "query.gate"),
        ("gate=%00", "query.gate"),
        ("require=blocked", "query.require"),
        ("process_version=0", "query.process_version"),
        ("process_version=2", "query.process_version"),
        ("process_version=-1", "query.process_version"),
        (f"process_version={2**53}", "query.process_version"),
        (f"process_version={2**53 - 1}", "query.process_version"),
        (f"process_version={'9' * 5000}", "query.process_version"),
        ("process_version=1.0e3", "query.process_version"),
        ("position=-1", "query.position"),
        (f"position={2**53 - 1}", "query.position"),
        ("position=1e400", "query.position"),
        *((f"as_of={date}", "query.as_of") for date in BAD_DATES if "+" not in date),
        ("as_of=2026-11-22T09:00:00+00:00", "query.as_of"),
    ):
        one_error(unchanged.client.get(f"/v1/concepts/tariff-radar/readiness?{query}"), 422, field)
    for as_of in ("1970-01-01T00:00:00Z", "8999-12-31T23:59:59.999999Z", "2026-11-22T09:00:00%2B02:00"):
        assert unchanged.client.get(f"/v1/concepts/tariff-radar/readiness?as_of={as_of}").status_code == 200
