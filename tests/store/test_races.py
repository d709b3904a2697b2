"""At the same moment: what is decided is always what the log's order says."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from sqlalchemy import select

from schemas.citation import CitationIn, Shaped
from schemas.concept import DecisionIn
from schemas.conversation import RevisionIn, WithdrawIn
from schemas.review import ReviewIn
from service.store.log.chains import events
from service.store.nouns.concepts import concepts, lock
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import get_concept
from service.usecases.concepts.decisions import state_decision
from service.usecases.errors import Refused
from service.usecases.evidence.citations import cite, withdraw_citation
from service.usecases.evidence.conversations import revise_conversation, withdraw_conversation
from service.usecases.gates.reviews import Decided, decide
from tests.conftest import FixedClock, World
from tests.gateproof import Gateproof
from tests.store.racing import ADMIN, add_concept, add_customer, add_portfolio, databases, together

ROUNDS = 20
KEYS = [f"concept-{n}" for n in range(ROUNDS)]
GO = ReviewIn(gate="S1", outcome="go", rationale="Two customers told us so")
Cited = tuple[str, str, str]
"""A concept, one of its citations, and the conversation cited."""


@pytest.fixture
def starting_state() -> World:
    return ready_concepts


def ready_concepts(gateproof: Gateproof, _: FixedClock) -> list[Cited]:
    """A concept for each round that is just ready for S1: one talk with each of two customers."""
    gateproof.post("/portfolios", {"key": "energy", "name": "energy"})
    for customer in ("acme", "bolt"):
        gateproof.customer(customer)
    return [_ready(gateproof, key) for key in KEYS]


def _ready(gateproof: Gateproof, key: str) -> Cited:
    gateproof.concept(key, process="starter", team=["admin"])
    gateproof.state("problem", key)
    body = {"attendees": ["admin"], "consent": "notes"}
    talks = [gateproof.talk(customer, **body) for customer in ("acme", "bolt")]
    citations = [gateproof.cite(talk, "problem", concept=key)["id"] for talk in talks]
    return key, citations[0], talks[0]


@pytest.fixture
def pair(database_url: str) -> Iterator[Sequence[Database]]:
    """Two services on one database."""
    with databases(database_url, 2) as made:
        yield made


def withdraw(db: Database, concept: str, citation: str, _: str) -> object:
    return withdraw_citation(db, ADMIN, concept, citation, WithdrawIn(reason="Mistaken"))


def take_back(db: Database, _: str, __: str, conversation: str) -> object:
    return withdraw_conversation(db, ADMIN, conversation, WithdrawIn(reason="A cousin"))


def forbid(db: Database, _: str, __: str, conversation: str) -> object:
    revision = RevisionIn(reason="They rang", consent="none")
    return revise_conversation(db, ADMIN._replace(if_match="*"), conversation, revision)


def contradict(db: Database, concept: str, _: str, conversation: str) -> object:
    shaped = Shaped(effect="dropped", note="Read again, it says the opposite")
    body = CitationIn(conversation=conversation, decision="problem", stance="contradicts", shaped=shaped)
    return cite(db, ADMIN, concept, body)


def restate(db: Database, concept: str, _: str, __: str) -> object:
    body = DecisionIn(statement="Something else", owner="admin")
    return state_decision(db, ADMIN._replace(if_match="*"), concept, "problem", body)


@pytest.mark.parametrize("undo", [withdraw, take_back, forbid, contradict, restate])
def test_what_undoes_the_evidence_never_slips_past_a_go(
    pair: Sequence[Database], world: list[Cited], undo: Callable[..., object]
) -> None:
    here, there = pair
    for n, cited in enumerate(world):
        go = partial(decide, here, ADMIN, cited[0], GO)
        undone = partial(undo, there, *cited)
        together(*((go, undone) if n % 2 else (undone, go)))

    for key, _, conversation in world:
        own = _told_of(here, key, conversation)
        review = next(kind for kind in own if kind.startswith("review."))
        undone_before = own[-1] == review
        assert review == ("review.refused" if undone_before else "review.decided"), own
        assert (get_concept(here, ADMIN, key).next_gate == "S1") == undone_before


def _told_of(db: Database, key: str, conversation: str) -> list[str]:
    """The types of the events of a concept and of a conversation, in the log's order."""
    own = select(concepts.c.id).where(concepts.c.key == key).scalar_subquery()
    query = select(events.c.type).where(events.c.stream.in_([own, conversation])).order_by(events.c.seq)
    with db.reading() as connection:
        return list(connection.execute(query).scalars())


def test_of_two_goes_at_once_one_is_accepted(pair: Sequence[Database]) -> None:
    here = pair[0]
    for key in KEYS:
        answers = together(*(partial(decide, db, ADMIN, key, GO) for db in pair))

        assert sorted(type(answer).__name__ for answer in answers) == ["Decided", "Refused"]
        review = next(answer.review for answer in answers if isinstance(answer, Decided))
        refused = next(answer for answer in answers if isinstance(answer, Refused))
        assert review.accepted
        assert refused.problem_type == "gate-not-next"
        assert get_concept(here, ADMIN, key).passed_gates == ["S1"]


def test_a_key_taken_in_two_portfolios_at_once_is_given_to_one(pair: Sequence[Database]) -> None:
    here, there = pair
    add_portfolio(here, "harbour")
    for number in range(ROUNDS):
        key = f"customer-{number}"
        answers = together(
            partial(add_customer, here, key, "energy"), partial(add_customer, there, key, "harbour")
        )
        refused = [answer.problem_type for answer in answers if isinstance(answer, Refused)]
        assert refused == ["key-taken"]
        assert None in answers


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_nobody_waits_for_what_they_may_not_see(pair: Sequence[Database]) -> None:
    """Who waited would know that it is there, and could keep others waiting for it."""
    here, there = pair
    add_portfolio(here, "water")
    add_concept(here, "theirs", ["acme"])
    limited = ADMIN._replace(portfolios=frozenset(["water"]))
    with here.writing() as tx:
        assert lock(tx, "theirs")
        with pytest.raises(Refused) as refused:
            decide(there, limited, "theirs", GO)
    assert refused.value.problem_type == "not-found"
