"""Many writers and readers on one portfolio for a while: a second in CI, minutes with `make soak`."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from time import monotonic

import pytest
from sqlalchemy import select

from schemas.citation import CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn, WithdrawIn
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from schemas.review import ReviewIn
from service.clock import now
from service.store.log.chains import BEGINNING, chains, events
from service.store.sql.engine import Database
from service.usecases.concepts import concepts, decisions
from service.usecases.errors import Refused
from service.usecases.evidence import citations, conversations
from service.usecases.gates.reviews import decide, list_reviews
from service.usecases.paging import PageRequest
from service.usecases.registry import customers, people, portfolios
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery
from service.usecases.verdicts.readiness import read_readiness
from tests.gateproof import summary

SECONDS = 120.0 if os.environ.get("GATEPROOF_SOAK") else 1.5
HANDS = 3
ADMIN = Caller(person="admin", clock=now)
KEYS = ("one", "two", "three")


@pytest.mark.soak
def test_nothing_slips_through_while_many_work_at_once(db: Database) -> None:
    _begin(db)
    ends_at, numbers = monotonic() + SECONDS, count()

    def work(seed: int) -> int:
        chance, done = Random(seed), 0
        while monotonic() < ends_at:
            act = chance.choice(ACTS)
            # Two hands in each other's way: a clear no is a good answer.
            with suppress(Refused):
                act(db, chance, next(numbers))
            done += 1
        return done

    with ThreadPoolExecutor(HANDS) as hands:
        assert sum(hands.map(work, range(HANDS))) > HANDS
    _the_log_is_whole(db)
    for key in KEYS:
        _every_go_was_earned_and_replays(db, key)


def _begin(db: Database) -> None:
    portfolios.create_portfolio(db, ADMIN, PortfolioIn(key="p", name="Soak"))
    people.create_person(db, ADMIN, PersonIn(key="pm", name="PM", function="product"))
    for number in range(8):
        customers.create_customer(
            db,
            ADMIN,
            CustomerIn(key=f"c{number}", portfolio="p", segment="smb", relationship="prospect"),
        )
    for key in KEYS:
        body = ConceptIn(
            key=key,
            portfolio="p",
            title=key,
            process="starter",
            origin="other",
            primary_segment="smb",
            team=("pm",),
        )
        concepts.create_concept(db, ADMIN, body)
        decisions.state_decision(db, ADMIN, key, "problem", DecisionIn(statement="It hurts", owner="admin"))


def _record_and_cite(db: Database, chance: Random, number: int) -> None:
    conversation = conversations.record_conversation(
        db,
        ADMIN,
        ConversationIn(
            portfolio="p",
            kind="interview",
            held_at=datetime.now(UTC) - timedelta(days=chance.randint(1, 60)),
            duration_minutes=30,
            customer=f"c{chance.randrange(8)}",
            participants=({"ref": "p1", "colleague": False},),  # type: ignore[arg-type]
            attendees=("pm",),
            solution_shown=False,
            summary=summary(number),
            consent="notes",
        ),
    )
    body = CitationIn.model_validate(
        {
            "conversation": conversation["id"],
            "decision": "problem",
            "stance": "supports",
            "shaped": {"effect": "confirmed", "note": f"Said so in talk {number}"},
        }
    )
    citations.cite(db, ADMIN, chance.choice(KEYS), body)


def _withdraw(db: Database, chance: Random, _: int) -> None:
    key = chance.choice(KEYS)
    page = citations.list_citations(db, ADMIN, PageRequest(200), key, None)
    standing = [citation.id for citation in page.items if citation.withdrawn_at is None]
    if standing:
        reason = WithdrawIn(reason="Not what they meant")
        citations.withdraw_citation(db, ADMIN, key, chance.choice(standing), reason)


def _go_or_come_back(db: Database, chance: Random, _: int) -> None:
    key = chance.choice(KEYS)
    gate = concepts.get_concept(db, ADMIN, key).next_gate
    if gate == "S1":
        decide(db, ADMIN, key, ReviewIn(gate=gate, outcome="go", rationale="Let us see"))
    else:
        body = ReviewIn(gate=gate, outcome="recycle", to="S1", rationale="Once more, from there")
        decide(db, ADMIN, key, body)


def _read(db: Database, chance: Random, _: int) -> None:
    read_readiness(db, ADMIN, chance.choice(KEYS), VerdictQuery())


ACTS: list[Callable[[Database, Random, int], None]] = [
    _record_and_cite,
    _record_and_cite,
    _withdraw,
    _go_or_come_back,
    _read,
]


def _the_log_is_whole(db: Database) -> None:
    with db.reading() as connection:
        for chain in connection.execute(select(chains)).all():
            query = select(events).where(events.c.chain == chain.id).order_by(events.c.seq)
            rows = connection.execute(query).all()
            assert [row.seq for row in rows] == list(range(1, chain.seq + 1))
            assert [row.at for row in rows] == sorted(row.at for row in rows)
            assert (rows[-1].digest if rows else BEGINNING) == chain.digest


def _every_go_was_earned_and_replays(db: Database, key: str) -> None:
    page = list_reviews(db, ADMIN, PageRequest(200), key, accepted=None)
    for review in page.items:
        verdict = review.readiness
        assert verdict.ready or not (review.accepted and review.outcome == "go")
        asked = VerdictQuery(gate=review.gate, as_of=verdict.as_of, position=verdict.position)
        assert read_readiness(db, ADMIN, key, asked).model_dump() == verdict.model_dump()
