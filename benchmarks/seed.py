"""A portfolio to measure on: twelve conversations, each cited for one of four decisions."""

from datetime import timedelta
from typing import Any

import orjson

from benchmarks.servers import KEYRING
from schemas.citation import CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from service.clock import now
from service.store.engine import Database
from service.store.migrating import migrate
from service.usecases.bootstrap import ADMIN, prepare
from service.usecases.citations import cite
from service.usecases.concepts import create_concept
from service.usecases.conversations import record_conversation
from service.usecases.customers import create_customer
from service.usecases.decisions import state_decision
from service.usecases.people import create_person
from service.usecases.portfolios import create_portfolio
from service.usecases.process_documents import read_process
from service.usecases.processes import publish_process
from service.usecases.work import Caller

TOKEN = "gp_of-the-benchmark-only"
CONCEPT = "measured"
# Of another segment: what is recorded while we measure is not the measured concept's business.
ELSEWHERE = "elsewhere"
DECISIONS = ("problem", "target_customer", "solution", "price")
TALKS_PER_DECISION = 3
GATES = 30
SUMMARY = " ".join(f"word{n}" for n in range(279))  # as long as the median of real summaries


def seed(url: str, advancing: int = 0) -> None:
    """A migrated database with the measured concept, and so many more that can pass 30 gates each."""
    db = Database(url, KEYRING)
    migrate(db)
    prepare(db, now, TOKEN)
    caller = Caller(ADMIN, now)
    process = read_process(orjson.dumps(process_document()), is_json=True, key="measured")
    publish_process(db, caller, "measured", process)
    create_portfolio(db, caller, PortfolioIn(key="bench", name="Bench"))
    create_person(db, caller, PersonIn(key="pm", name="Product manager", function="product"))
    elsewhere = CustomerIn(key=ELSEWHERE, portfolio="bench", segment="large", relationship="prospect")
    create_customer(db, caller, elsewhere)
    talks = []
    for n in range(len(DECISIONS) * TALKS_PER_DECISION):
        customer = CustomerIn(key=f"c{n}", portfolio="bench", segment="smb", relationship="prospect")
        create_customer(db, caller, customer)
        talks.append(record_conversation(db, caller, ConversationIn(**conversation(n, f"c{n}"))).id)
    for key in (CONCEPT, *(advancing_key(n) for n in range(advancing))):
        _concept(db, caller, key, talks)
    db.close()


def advancing_key(n: int) -> str:
    """The key of a concept that is there to be advanced."""
    return f"advancing-{n}"


def gate_key(n: int) -> str:
    """The key of a gate, from 0."""
    return f"G{n + 1}"


def conversation(n: int, customer: str) -> dict[str, Any]:
    """A body for POST /v1/conversations: it counts everywhere."""
    return {
        "portfolio": "bench",
        "kind": "interview",
        "held_at": (now() - timedelta(days=5 + 3 * (n % 12))).isoformat(),
        "duration_minutes": 30,
        "customer": customer,
        "participants": [{"ref": "p1", "role": "analyst", "colleague": False}],
        "attendees": ["pm"],
        "conducted_by": "own_team",
        "solution_shown": False,
        "summary": f"Talk {n}. {SUMMARY}",
        "quotes": [{"text": "I find out when it hurts.", "participant": "p1"}],
        "themes": ["late news"],
        "commitments": [],
        "consent": "quote_internally",
        "external": [{"system": "notes", "id": f"n-{n}"}],
    }


def process_document() -> dict[str, Any]:
    """Thirty gates that ask for the same four decisions as the default process's first asks for its two.

    Thirty, so that one concept can be advanced thirty times.
    """
    return {
        "title": "Measured",
        "gates": [_gate(n) for n in range(GATES)],
    }


def _gate(n: int) -> dict[str, Any]:
    gate = gate_key(n)
    decisions = [
        {
            "key": decision,
            "title": decision,
            "criteria": [
                {
                    "id": f"{gate}-{decision}-heard",
                    "at_least": 1,
                    "of": "conversations",
                    "waivable": False,
                },
                {"id": f"{gate}-{decision}-conversations", "at_least": 3, "of": "conversations"},
                {"id": f"{gate}-{decision}-customers", "at_least": 3, "of": "customers"},
            ],
        }
        for decision in DECISIONS
    ]
    return {"key": gate, "title": f"Gate {n + 1}", "stage": f"stage-{n + 1}", "decisions": decisions}


def _concept(db: Database, caller: Caller, key: str, talks: list[str]) -> None:
    said = {
        "key": key,
        "portfolio": "bench",
        "title": "Measured concept",
        "process": "measured",
        "origin": "customer_pattern",
        "primary_segment": "smb",
        "team": ["pm"],
    }
    create_concept(db, caller, ConceptIn(**said))
    for index, decision in enumerate(DECISIONS):
        statement = f"What we hold about {decision}, said in one sentence of a usual length"
        state_decision(db, caller, key, decision, DecisionIn(statement=statement, owner=ADMIN))
        own = talks[index * TALKS_PER_DECISION : (index + 1) * TALKS_PER_DECISION]
        for talk in own:
            cite(db, caller, key, CitationIn(**_citation(talk, decision)))


def _citation(talk: str, decision: str) -> dict[str, Any]:
    note = f"In {talk} they said what {decision} rests on"
    shaped = {"effect": "confirmed", "note": note}
    return {"conversation": talk, "decision": decision, "stance": "supports", "shaped": shaped}
