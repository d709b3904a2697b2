"""A concept from nothing to past its first gate, through the client that openapi-python-client makes."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from gateproof_client import AuthenticatedClient
from gateproof_client.api.citations import cite
from gateproof_client.api.concepts import create_concept, get_concept
from gateproof_client.api.conversations import record_conversation
from gateproof_client.api.customers import create_customer
from gateproof_client.api.decisions import state_decision
from gateproof_client.api.people import create_person
from gateproof_client.api.portfolios import create_portfolio
from gateproof_client.api.readiness import get_readiness
from gateproof_client.api.reviews import decide
from gateproof_client.models import (
    CitationIn,
    ConceptIn,
    ConversationIn,
    CustomerIn,
    DecisionIn,
    Participant,
    PersonIn,
    PortfolioIn,
    Problem,
    Readiness,
    Review,
    ReviewIn,
    Shaped,
)
from gateproof_client.types import Response

T = TypeVar("T")
CONCEPT = "py-radar"
DECISIONS = ("problem", "target_customer")
client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])


def made(answer: T | Problem | None) -> T:
    """The answer; a problem is not one."""
    if isinstance(answer, Problem) or answer is None:
        raise SystemExit(answer.detail if answer else "nothing was understood")
    return answer


def hear(customer: str) -> None:
    """One conversation with a customer of its own, cited for both decisions of the first gate."""
    known = CustomerIn(key=customer, portfolio="py", segment="smb", relationship="prospect")
    made(create_customer.sync(client=client, body=known))
    body = ConversationIn(
        portfolio="py",
        kind="interview",
        held_at=datetime.now(UTC) - timedelta(days=10),
        duration_minutes=30,
        customer=customer,
        participants=[Participant(ref="p1", role="analyst", colleague=False)],
        attendees=["py-pm"],
        conducted_by="own_team",
        solution_shown=False,
        summary=" ".join(f"{customer}-{n}" for n in range(70)),
        consent="quote_internally",
    )
    talk = made(record_conversation.sync(client=client, body=body))
    for decision in DECISIONS:
        shaped = Shaped("confirmed", note=f"{customer} told us what {decision} rests on")
        citation = CitationIn(talk.id, decision, "supports", shaped)
        made(cite.sync(CONCEPT, client=client, body=citation))


def poll() -> Readiness:
    """What the next review would rest on."""
    verdict = made(get_readiness.sync(CONCEPT, client=client))
    assert isinstance(verdict, Readiness)
    return verdict


def go() -> Response[Problem | Review]:
    """Try to pass."""
    return decide.sync_detailed(CONCEPT, client=client, body=ReviewIn("go", "We heard enough.", "G1"))


made(create_portfolio.sync(client=client, body=PortfolioIn("py", "By Python")))
made(create_person.sync(client=client, body=PersonIn("py-pm", "First", "product")))
concept = ConceptIn(CONCEPT, "py", "Tariff radar", "stage-gate", "customer_pattern", "smb", team=["py-pm"])
made(create_concept.sync(client=client, body=concept))
for each in DECISIONS:
    made(state_decision.sync(CONCEPT, each, client=client, body=DecisionIn(f"About {each}", "py-pm")))
hear("py-one")

first = get_readiness.sync_detailed(CONCEPT, client=client)
assert isinstance(first.parsed, Readiness)
again = get_readiness.sync_detailed(CONCEPT, client=client, if_none_match=first.headers["etag"])

early = go()
problem = early.parsed
assert isinstance(problem, Problem)
refused = problem.readiness
assert isinstance(refused, Readiness)
criteria = [criterion for decision in refused.decisions for criterion in decision.criteria]
blocking = [criterion for criterion in criteria if criterion.id in refused.blocking]

hear("py-two")
hear("py-three")
ready = poll()
passed = go()
review = made(passed.parsed)
assert isinstance(review.readiness, Readiness)

fields = {
    "first": [first.status_code, first.parsed.verdict],
    "again": again.status_code,
    "refused": [early.status_code, problem.type_],
    "blocking": refused.blocking,
    "missing": [criterion.deficit.missing if criterion.deficit else None for criterion in blocking],
    "then": [ready.verdict, ready.blocking],
    "review": [passed.status_code, review.readiness.verdict],
    "next_gate": made(get_concept.sync(CONCEPT, client=client)).next_gate,
}
sys.stdout.write(json.dumps(fields))
